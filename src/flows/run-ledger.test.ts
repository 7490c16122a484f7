import { rm } from 'node:fs/promises';
import { expect, it, test } from 'vitest';
import { createMachine, failing, makeDataDir, makeProfile, runDeps } from '../../test/jobs.ts';
import { jobsOf } from '../../test/profiles.ts';
import { describeEachStore, openInMemory, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import type { FlowCtx } from './context.ts';
import { createRunLedger, persist } from './run-ledger.ts';
import { createRunStarter } from './start-runs.ts';

/** A process that runs `first`, `second` and `third`, of which the last one fails. */
async function open(harness: StoreHarness) {
  const dataDir = await makeDataDir();
  const profile = makeProfile(['first', 'second', 'third']);
  const config = await loadTestConfig(() => ({ jobs: jobsOf([profile]), dataDir }));
  const worker = await startWorker(harness, { config });
  const { ctx } = worker;
  const machine = createMachine({ third: failing('no answer') });
  const starter = createRunStarter(runDeps(worker, machine));
  const run = () => starter.run({ profile: 'edge', source: 'manual', scheduledFor: null, onlyTask: null });
  const rows = async () =>
    (await ctx.db.selectFrom('run').selectAll().orderBy('run_id').execute()).map(
      ({ task, status }) => `${task ?? 'edge'} ${status}`,
    );
  const digests = async () =>
    (await ctx.db.selectFrom('notification').select('payload').execute()).map(
      ({ payload }) => (JSON.parse(payload) as { text: string }).text,
    );
  return { worker, machine, run, rows, digests };
}

const rename = (ctx: FlowCtx, from: string, to: string) =>
  ctx.db.schema.alterTable(from).renameTo(to).execute();

describeEachStore('a run', (openStores) => {
  it('goes on where the alert of one task cannot be stored, tells of all tasks, and of that', async () => {
    const { worker, machine, run, rows, digests } = await open(await openStores());
    machine.programs.second = async () => {
      await rename(worker.ctx, 'alert', 'gone');
      return { status: 'failed', exitCode: 3 };
    };
    expect(await run()).toMatchObject({
      run: {
        status: 'failed',
        error: expect.stringMatching(/^failed: second, third; the alert of task second could not be written/),
      },
    });
    expect(await rows()).toEqual(['edge failed', 'first succeeded', 'second failed', 'third failed']);
    const [text] = await digests();
    expect(text).toContain('tasks: 3 (2 failed)\nthe alert of task second could not be written down: ');
    expect(text).toMatch(/\n\nsecond: exit code 3.*\n\nthird: exit code 1.*\nno answer\n\n/s);
  });

  it('forgets no alert that could not be stored for a moment', async () => {
    const { worker, machine, run, digests } = await open(await openStores());
    machine.programs.first = async () => {
      await rename(worker.ctx, 'alert', 'gone');
      return { status: 'failed', exitCode: 3 };
    };
    machine.programs.third = async () => {
      await rename(worker.ctx, 'gone', 'alert');
      return {};
    };
    expect(await run()).toMatchObject({ run: { status: 'failed', error: 'failed: first' } });
    const alerts = await worker.ctx.db.selectFrom('alert').select(['fingerprint', 'occurrences']).execute();
    expect(alerts).toEqual([{ fingerprint: 'job:edge:first', occurrences: 1 }]);
    expect(await digests()).toEqual([expect.not.stringContaining('written down')]);
  });

  it('whose task cannot be run for a fault of ours tells of it as a failure, and runs the others', async () => {
    const { machine, run, rows, digests } = await open(await openStores());
    machine.programs.first = () => {
      throw new Error('a fault');
    };
    expect(await run()).toMatchObject({ outcome: 'ended', run: { error: 'failed: first, third' } });
    expect(await rows()).toEqual(['edge failed', 'first failed', 'second succeeded', 'third failed']);
    expect(await digests()).toEqual([expect.stringContaining('first: could not be run: a fault, 0.0 s')]);
  });

  it('is over where neither its folder nor an alert can say so', async () => {
    const { worker, machine, run, rows } = await open(await openStores());
    machine.programs.third = async ({ env }) => {
      await rm(`${env.TOCSIN_ARTIFACTS_DIR}/..`, { recursive: true });
      await rename(worker.ctx, 'alert', 'gone');
      return {};
    };
    expect(await run()).toMatchObject({ outcome: 'ended', run: { status: 'succeeded' } });
    expect(await rows()).toContain('edge succeeded');
  });
});

const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

test.each([
  ['is tried again while the database is away', away, 3, 6000, 3],
  ['is given up before the lease of a run is over', away, 100, 60_000, 12],
  ['is not tried again where that would not help', new Error('no such column'), 100, 60_000, 1],
])('what is to be written down %s', async (_, error, failures, waitMs, tries) => {
  const { ctx, clock } = await openInMemory();
  let tried = 0;
  const written = persist(ctx, async () => {
    tried++;
    if (tried < failures) throw error;
    return 'written';
  });
  const settled = Promise.allSettled([written]);
  // Before time moves, the first try must have come to its wait.
  await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(waitMs);
  expect(await settled).toEqual([
    tries === failures ? { status: 'fulfilled', value: 'written' } : { status: 'rejected', reason: error },
  ]);
  expect(tried).toBe(tries);
});

test('what could not be written down is tried once more at the end, without waiting once the process stops', async () => {
  const { ctx } = await openInMemory();
  let tried = 0;
  const ledger = createRunLedger(ctx, 'run_1', AbortSignal.abort());
  await ledger.note('the result of task dns', async () => {
    tried++;
    throw away;
  });
  const left = 'the result of task dns could not be written down: connect ECONNREFUSED';
  expect([tried, await ledger.settle(), tried]).toEqual([1, left, 2]);
});
