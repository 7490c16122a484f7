import { expect, it } from 'vitest';
import { createMachine, failing, hanging, makeDataDir, makeProfile, runDeps } from '../../test/jobs.ts';
import { jobsOf } from '../../test/profiles.ts';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import type { ProfileConfig } from '../config/types.ts';
import { openRun, selectQueuedRuns } from '../runs/index.ts';
import { runProfile } from './run-profile.ts';
import { processStops } from './run-watch.ts';
import { createRunStarter } from './start-runs.ts';

const minuteMs = 60_000;

/** A process that runs what is asked for of the profile, which is due every ten minutes, until it is stopped. */
async function startProcess(harness: StoreHarness, changes: Partial<ProfileConfig>, tasks: string[]) {
  const profile = makeProfile(tasks, { cron: '*/10 * * * *', ...changes });
  const dataDir = await makeDataDir();
  const config = await loadTestConfig(() => ({ jobs: jobsOf([profile]), dataDir }));
  const worker = await startWorker(harness, { config });
  const machine = createMachine({ slow: hanging });
  return { worker, machine, starter: createRunStarter(runDeps(worker, machine)) };
}

/** Begins the tick of this moment, and stops the process once so many tasks have begun. */
async function stopInTick(
  harness: StoreHarness,
  process: Awaited<ReturnType<typeof startProcess>>,
  at: number,
) {
  const scheduledFor = harness.clock.now();
  const tick = { profile: 'edge', source: 'cron', scheduledFor, onlyTask: null } as const;
  const running = process.starter.run(tick);
  await process.machine.hasStarted(at);
  await process.starter.stop();
  await running;
}

async function readRuns({ ctx }: StoreHarness): Promise<string[]> {
  const rows = await ctx.db.selectFrom('run').selectAll().orderBy('run_id').execute();
  return rows.map(({ task, status, scheduled_for, error }) =>
    [task ?? 'edge', status, ...(scheduled_for === null ? [] : ['of a tick']), error ?? '']
      .join(' ')
      .trim()
      .replace(/run_\w{26}/, 'RUN'),
  );
}

describeEachStore('the stop of a process', (openStores) => {
  it('ends the run and says why, blames no task, and tells of those that had failed', async () => {
    const harness = await openStores();
    const process = await startProcess(harness, {}, ['bad', 'slow', 'late']);
    process.machine.programs.bad = failing();
    await stopInTick(harness, process, 2);
    expect(await readRuns(harness)).toEqual([
      'edge cancelled of a tick Tocsin stopped',
      'bad failed',
      'slow cancelled Tocsin stopped',
      'late cancelled Tocsin stopped',
    ]);
    const alerts = await harness.ctx.db.selectFrom('alert').select('fingerprint').execute();
    expect(alerts).toEqual([{ fingerprint: 'job:edge:bad' }]);
    const told = await harness.ctx.db.selectFrom('notification').select('payload').execute();
    expect(told.map(({ payload }) => (JSON.parse(payload) as { text: string }).text)).toEqual([
      expect.stringMatching(
        /^duration: 0.0 s\ntasks: 3 \(1 failed\)\ncut short: Tocsin stopped\n\nbad: exit/,
      ),
    ]);
  });

  it('is no news where nothing had failed', async () => {
    const harness = await openStores();
    await stopInTick(harness, await startProcess(harness, {}, ['well', 'slow']), 2);
    expect(await harness.ctx.db.selectFrom('notification').selectAll().execute()).toEqual([]);
  });

  it('leaves the tick of a profile that catches up to one process, once', async () => {
    const harness = await openStores();
    await stopInTick(harness, await startProcess(harness, { catchUp: 'last' }, ['slow']), 1);
    const again = 'Tocsin stopped; RUN runs its tick of 2026-03-01T12:00:00.000Z again';
    const before = [`edge cancelled ${again}`, 'slow cancelled Tocsin stopped'];
    expect(await readRuns(harness)).toEqual([...before, 'edge queued of a tick']);

    await harness.clock.advance(5 * minuteMs);
    const processes = await Promise.all(
      [1, 2].map(() => startProcess(harness, { catchUp: 'last' }, ['well'])),
    );
    await Promise.all(processes.map(({ starter }) => starter.tick()));
    await expect
      .poll(() => readRuns(harness))
      .toEqual([...before, 'edge succeeded of a tick', 'well succeeded']);
    expect(processes.flatMap(({ machine }) => machine.started)).toHaveLength(1);
    expect(await Promise.all(processes.map(({ starter }) => starter.tick()))).toEqual([false, false]);
  });

  it('before the first task leaves what an alert set off to the next process, with all that it brought', async () => {
    const harness = await openStores();
    const { worker, machine, starter } = await startProcess(harness, {}, ['well']);
    const asked = { profile: 'edge', source: 'alert', scheduledFor: null, onlyTask: null } as const;
    const trigger = { key: 'alert_1', repo: 'acme/api', prNumber: 7 };
    await openRun(worker.ctx, { ...asked, payload: '{"title":"a"}', trigger });
    const [queued] = await selectQueuedRuns(worker.ctx, 1);
    const stopping = new AbortController();
    const onNews = () => stopping.abort(processStops);
    await runProfile(runDeps(worker, machine), {
      ...asked,
      ...(queued && { queued }),
      signal: stopping.signal,
      onNews,
    });
    const cut = ['edge cancelled Tocsin stopped; RUN runs in its place', 'well cancelled Tocsin stopped'];
    expect(await readRuns(harness)).toEqual([...cut, 'edge queued']);
    const runs = harness.ctx.db.selectFrom('run').orderBy('run_id');
    const brought = ['source', 'trigger_key', 'trigger_payload', 'repo', 'pr_number'] as const;
    expect(await runs.select(brought).where('status', '=', 'queued').execute()).toEqual([
      {
        source: 'alert',
        trigger_key: 'alert_1',
        trigger_payload: '{"title":"a"}',
        repo: 'acme/api',
        pr_number: 7,
      },
    ]);
    await starter.tick();
    await expect.poll(() => readRuns(harness)).toEqual([...cut, 'edge succeeded', 'well succeeded']);
    await starter.stop();
  });

  it('after the first task has begun sets nothing off a second time', async () => {
    const harness = await openStores();
    const { worker, machine, starter } = await startProcess(harness, {}, ['slow']);
    const asked = { profile: 'edge', source: 'webhook', scheduledFor: null, onlyTask: null } as const;
    await openRun(worker.ctx, { ...asked, trigger: { key: 'd1' } });
    await starter.tick();
    await machine.hasStarted(1);
    await starter.stop();
    expect(await readRuns(harness)).toEqual([
      'edge cancelled Tocsin stopped',
      'slow cancelled Tocsin stopped',
    ]);
  });

  it.each([
    ['none', 'last', 1, 'cancelled of a tick Tocsin stopped'],
    ['last', 'last', 10, 'cancelled of a tick the tick of 2026-03-01T12:10:00.000Z takes its place'],
    ['last', 'none', 2, 'cancelled of a tick too late: the profile does not catch up any more'],
  ] as const)(
    'with catch_up %s, and %s %d minutes later, runs no tick again',
    async (before, after, lateMinutes, end) => {
      const harness = await openStores();
      await stopInTick(harness, await startProcess(harness, { catchUp: before }, ['slow']), 1);
      await harness.clock.advance(lateMinutes * minuteMs);
      const { starter, machine } = await startProcess(harness, { catchUp: after }, ['well']);
      await starter.tick();
      await expect.poll(() => readRuns(harness)).toContain(`edge ${end}`);
      await starter.stop();
      expect(machine.started).toEqual([]);
    },
  );
});
