import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openStore, type Store, type StoreOptions } from '../src/store/index.ts';
import { quietLog } from './stores.ts';

/** Makes a folder that is removed when the test ends. */
export async function makeTestFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-folder-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens a database that is closed when the test ends. */
export async function openUntilTheEnd(options: StoreOptions): Promise<Store> {
  const store = await openStore(options, quietLog);
  onTestFinished(() => store.close());
  return store;
}
