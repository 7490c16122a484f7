import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { beginHandOver, exportState, importState, reopen, type StoreOptions } from '../src/store/index.ts';
import { makeTestFolder } from './folders.ts';
import { quietLog, type StoreHarness } from './stores.ts';

export const by = 'ann@here';

type Opened = StoreHarness & { folder: string };

export async function openWithFolder(openHarness: () => Promise<StoreHarness>): Promise<Opened> {
  const harness = await openHarness();
  const { store, options } = harness;
  // A schema is used again by other tests.
  if (options.backend === 'postgres') onTestFinished(() => reopen(store, by, 0).then(() => undefined));
  return { ...harness, folder: await makeTestFolder() };
}

export async function exportInto({ store, clock, folder }: Opened, name: string, isHandOver = true) {
  const path = join(folder, name);
  const handOver = isHandOver ? await beginHandOver(store, by, clock.now()) : null;
  const options = { path, overwrite: false, handOver, by, nowMs: clock.now() };
  await exportState(store, options, quietLog);
  return path;
}

export function importInto(options: StoreOptions, path: string, { clock }: Opened, force = false) {
  return importState(options, { path, force, by, nowMs: clock.now() }, quietLog);
}
