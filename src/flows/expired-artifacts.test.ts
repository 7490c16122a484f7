import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createMachine, failing, makeDataDir, makeProfile, runDeps } from '../../test/jobs.ts';
import { jobsOf } from '../../test/profiles.ts';
import { describeEachStore, openInMemory, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import type { RetentionConfig } from '../config/types.ts';
import { createArtifactRetention, removeArtifacts } from './expired-artifacts.ts';
import { runProfile } from './run-profile.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A worker whose profile runs one task; `runAll` runs it once for each of these programs, an hour apart. */
async function open(harness: StoreHarness, artifacts: Partial<RetentionConfig['artifacts']>) {
  const dataDir = await makeDataDir();
  const config = await loadTestConfig(({ retention }) => ({
    jobs: jobsOf([makeProfile(['dns'])]),
    dataDir,
    retention: { ...retention, artifacts: { ...retention.artifacts, ...artifacts } },
  }));
  const worker = await startWorker(harness, { config });
  const machine = createMachine();
  const asked = { profile: 'edge', source: 'manual', scheduledFor: null, onlyTask: null } as const;
  const run = () => runProfile(runDeps(worker, machine), asked);
  const leave = async (bytes: number, fails = false) => {
    machine.programs.dns = async (spec, signal) => {
      await writeFile(join(spec.env.TOCSIN_ARTIFACTS_DIR ?? '', 'dump'), Buffer.alloc(bytes));
      return fails ? failing()(spec, signal) : {};
    };
    await run();
    await harness.clock.advance(hourMs);
  };
  const left = async () =>
    (await readdir(join(dataDir, 'artifacts'))).map((name) => name.slice(0, 11)).sort();
  return { worker, dataDir, machine, run, leave, left };
}

describeEachStore('what runs leave', (openStores) => {
  it('goes when it is too old, but for what an open alert names and what still runs', async () => {
    const harness = await openStores();
    const { worker, machine, run, leave, left } = await open(harness, { ageMs: 2 * dayMs });
    const first = worker.ctx.db.updateTable('run').where('created_at', '=', harness.clock.now());
    await leave(10);
    await first.set({ status: 'running' }).execute();
    await leave(10);
    await leave(10, true);
    await leave(10, true);
    await harness.clock.advance(3 * dayMs - hourMs);
    expect(await removeArtifacts(worker.ctx, true)).toMatchObject({ folders: 2 });
    expect(await left()).toHaveLength(4);
    expect(await createArtifactRetention(worker.ctx).tick()).toBe(true);
    // Of the failures the alert names the last one.
    expect(await left()).toEqual(['20260301T12', '20260301T15']);
    await first.set({ status: 'succeeded' }).execute();
    delete machine.programs.dns;
    await run();
    expect(await createArtifactRetention(worker.ctx).tick()).toBe(true);
    expect(await left()).toEqual(['20260304T15']);
    expect(await createArtifactRetention(worker.ctx).tick()).toBe(false);
  });

  it('stays while the incident of its alert is open, though the alert is over', async () => {
    const harness = await openStores();
    const { worker, leave, left } = await open(harness, { ageMs: 2 * dayMs });
    await leave(10, true);
    await worker.ctx.db.updateTable('alert').set({ severity: 'P1', severity_rank: 1 }).execute();
    await worker.settle();
    const [alert] = await worker.ctx.db.selectFrom('alert').select('incident_id').execute();
    expect(alert?.incident_id).not.toBeNull();
    await worker.ctx.db.updateTable('alert').set({ ended_at: harness.clock.now() }).execute();
    await harness.clock.advance(3 * dayMs);
    expect(await removeArtifacts(worker.ctx, false)).toMatchObject({ folders: 0 });
    await worker.ctx.db.updateTable('incident').set({ status: 'closed' }).execute();
    expect(await removeArtifacts(worker.ctx, false)).toMatchObject({ folders: 1 });
    expect(await left()).toEqual([]);
  });

  it('goes beyond the size, the oldest first and what failed last; a link leads nowhere', async () => {
    const { worker, dataDir, leave, left } = await open(await openStores(), { sizeBytes: 2.5 * 2 ** 20 });
    await leave(2 ** 20, true);
    await leave(2 ** 20);
    await leave(2 ** 20);
    const root = join(dataDir, 'artifacts');
    await mkdir(join(dataDir, 'precious'));
    await writeFile(join(dataDir, 'precious', 'file'), Buffer.alloc(9 * 2 ** 20));
    const second = (await readdir(root)).sort()[1] ?? '';
    await symlink(join(dataDir, 'precious'), join(root, second, 'link'));
    await mkdir(join(root, 'github-deliveries'));
    await symlink(join(dataDir, 'precious'), join(root, '20200101T000000Z'));
    expect(await removeArtifacts(worker.ctx, false)).toMatchObject({ folders: 1 });
    expect(await left()).toEqual(['20200101T00', '20260301T12', '20260301T14', 'github-deli']);
    expect(await readdir(join(dataDir, 'precious'))).toEqual(['file']);
  });
});

describeEachStore('a folder whose run.json a task has written over', (openStores) => {
  it('is judged by its age and keeps no other', async () => {
    const harness = await openStores();
    const { worker, dataDir, leave } = await open(harness, { ageMs: 2 * dayMs });
    await leave(10);
    const folder = join(dataDir, 'artifacts', '20260301T123000Z');
    await mkdir(folder);
    await writeFile(join(folder, 'run.json'), JSON.stringify({ run_id: '\u0000' }));
    await harness.clock.advance(3 * dayMs);
    expect(await removeArtifacts(worker.ctx, false)).toMatchObject({ folders: 2 });
  });
});

it('a folder that nobody knows stays for a day, as its run may be beginning', async () => {
  const harness = await openInMemory();
  const { worker, dataDir, left } = await open(harness, { ageMs: hourMs });
  await mkdir(join(dataDir, 'artifacts', '20260301T120000Z'), { recursive: true });
  await harness.clock.advance(23 * hourMs);
  expect(await removeArtifacts(worker.ctx, false)).toMatchObject({ folders: 0 });
  await harness.clock.advance(2 * hourMs);
  expect(await removeArtifacts(worker.ctx, false)).toMatchObject({ folders: 1 });
  expect(await left()).toEqual([]);
});
