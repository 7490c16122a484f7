import { expect, it } from 'vitest';
import {
  createTestCtx,
  describeEachStore,
  describeSharedStores,
  quietLog,
  type StoreHarness,
} from '../../test/stores.ts';
import { startWorker } from '../../test/supervised.ts';
import { runAction } from '../core/action.ts';
import { type Ctx, openStore, type RunRow } from '../store/index.ts';
import {
  cancelRun,
  countRunsBefore,
  deleteRuns,
  failLostRuns,
  finishRun,
  finishTask,
  getRun,
  keepRun,
  listRuns,
  noteRun,
  openRun,
  selectFailedRunsFor,
  selectLocks,
  selectProfileRecords,
  selectQueuedRuns,
  selectRunsBefore,
  selectSyncFailures,
  startRun,
  startTask,
} from './index.ts';
import type { RunRequest } from './open-run.ts';
import type { StartedRun } from './start-run.ts';
import type { RunView } from './view.ts';

const place = { host: 'a', holder: 'a:1' };
const elsewhere = { host: 'b', holder: 'b:2' };
const tasks = [
  { name: 'dns', service: 'api' },
  { name: 'cert', service: null },
];
const wellEnd = { status: 'succeeded', exit_code: 0, error: null } as const;
const badEnd = { status: 'failed', exit_code: 1, error: 'failed: dns' } as const;
const dayMs = 86_400_000;

function open(ctx: Ctx, request: Partial<RunRequest> = {}): Promise<RunRow | null> {
  return openRun(ctx, { profile: 'edge', source: 'cron', scheduledFor: null, onlyTask: null, ...request });
}

async function queue(ctx: Ctx, request: Partial<RunRequest> = {}): Promise<RunRow> {
  const run = await open(ctx, request);
  if (!run) throw new Error('the tick was taken');
  return run;
}

async function begin(ctx: Ctx, request: Partial<RunRequest> = {}, at = place): Promise<StartedRun> {
  const result = await startRun(ctx, await queue(ctx, request), at, tasks);
  if (result.outcome !== 'started') throw new Error(result.outcome);
  return result;
}

/** A run from begin to end. */
async function play(
  ctx: Ctx,
  request: Partial<RunRequest> = {},
  end: typeof wellEnd | typeof badEnd = wellEnd,
) {
  const started = await begin(ctx, request);
  await finishRun(ctx, started, end);
  return started.run.run_id;
}

const act = async (ctx: Ctx, action: unknown, input: object) =>
  (await runAction<Ctx>(action as never, ctx, input)) as RunView & { tasks: RunView[]; data: RunView[] };

const show = (ctx: Ctx, { run }: { run: RunRow }) => act(ctx, getRun, { run_id: run.run_id });

describeEachStore('runs', (openStores) => {
  it('that ticks stand for are one row while the same run is in their way, which counts them and names it', async () => {
    const { ctx, clock } = await openStores();
    const first = await begin(ctx, { scheduledFor: 0 });
    const skip = async (second: number | null) => {
      const scheduledFor = second === null ? null : second * 1000;
      const queued = await queue(ctx, { scheduledFor, source: second === null ? 'api' : 'cron' });
      return (await startRun(ctx, queued, elsewhere, tasks)).outcome;
    };
    for (let second = 1; second <= 20; second++) {
      await clock.advance(1000);
      expect(await skip(second)).toBe('locked');
    }
    // Counted by another process, and asked for by somebody.
    expect([await skip(19), await skip(null)]).toEqual(['taken', 'locked']);
    const rows = () =>
      ctx.db
        .selectFrom('run')
        .select(['scheduled_for', 'attempts', 'error'])
        .where('status', '=', 'skipped_locked')
        .orderBy('run_id')
        .execute();
    const who = `already running: ${first.run.run_id} on a:1 since 2026-03-01T12:00:00.000Z`;
    const before = [
      { scheduled_for: 20_000, attempts: 20, error: `${who}; 20 ticks were skipped` },
      { scheduled_for: null, attempts: 1, error: who },
    ];
    expect(await rows()).toEqual(before);
    expect(await open(ctx, { scheduledFor: 20_000 })).toBeNull();

    await finishRun(ctx, first, wellEnd);
    await clock.advance(1000);
    await begin(ctx, { scheduledFor: 21_000 });
    await clock.advance(1000);
    expect(await skip(22)).toBe('locked');
    expect(await rows()).toEqual([
      ...before,
      expect.objectContaining({ scheduled_for: 22_000, attempts: 1 }),
    ]);
  });

  it('of one tick are one, whoever asks first', async () => {
    const { ctx } = await openStores();
    const asked = await Promise.all([1, 2, 3].map(() => open(ctx, { scheduledFor: 60_000 })));
    expect(asked.filter((run) => run !== null)).toHaveLength(1);
    expect(await open(ctx, { scheduledFor: 60_000, source: 'manual' })).toBeNull();
    expect(await open(ctx, { scheduledFor: 120_000 })).not.toBeNull();
    expect(await open(ctx, { scheduledFor: 60_000, profile: 'core' })).not.toBeNull();
    expect(await open(ctx)).not.toBeNull();
  });

  it('run one at a time a profile; another is skipped, names the holder, and does not wait', async () => {
    const { ctx } = await openStores();
    const first = await begin(ctx);
    const second = await startRun(ctx, await queue(ctx), elsewhere, tasks);
    expect(second).toMatchObject({
      outcome: 'locked',
      lock: { holder: 'a:1', run_id: first.run.run_id },
      run: { status: 'skipped_locked' },
    });
    if (second.outcome === 'locked') {
      const shown = await show(ctx, second);
      expect(shown).toMatchObject({
        status: 'skipped_locked',
        error: `already running: ${first.run.run_id} on a:1 since 2026-03-01T12:00:00.000Z`,
        tasks: [],
      });
      expect(shown.finished_at).not.toBeNull();
    }
    await begin(ctx, { profile: 'core' }, elsewhere);
    expect((await selectLocks(ctx)).map(({ profile, holder }) => `${profile} ${holder}`)).toEqual([
      'core b:2',
      'edge a:1',
    ]);
    expect(await finishRun(ctx, first, wellEnd)).toMatchObject({ status: 'succeeded' });
    await begin(ctx, {}, elsewhere);
  });

  it('have a row a task, which begins and ends once, in the order of the file', async () => {
    const { ctx, clock } = await openStores();
    const started = await begin(ctx);
    const [dns, cert] = started.tasks;
    if (!dns || !cert) return expect.unreachable();
    expect(await startTask(ctx, dns, 'x/dns')).toBe(true);
    expect(await startTask(ctx, dns, null)).toBe(false);
    await clock.advance(1500);
    const end = { duration_ms: 1500, exit_code: 3, signal: null, attempts: 2, error: null, tail: 'no' };
    expect(await finishTask(ctx, dns, { ...end, status: 'failed' })).toBe(true);
    expect(await finishTask(ctx, dns, { ...end, status: 'succeeded' })).toBe(false);
    expect(await noteRun(ctx, started, { revision: 'abc', artifacts_dir: 'x' })).toBe(true);
    expect(await finishRun(ctx, started, badEnd)).toMatchObject({ status: 'failed' });
    expect(await finishRun(ctx, started, wellEnd)).toBeNull();
    const shown = await show(ctx, started);
    expect(shown).toMatchObject({ status: 'failed', duration_ms: 1500, revision: 'abc', artifacts_dir: 'x' });
    expect(shown.tasks).toMatchObject([
      { task: 'dns', status: 'failed', exit_code: 3, attempts: 2, tail: 'no', artifacts_dir: 'x/dns' },
      { task: 'cert', status: 'cancelled', error: 'failed: dns' },
    ]);
    expect(shown).not.toHaveProperty('lease_token');
    expect(await selectLocks(ctx)).toEqual([]);
    const span = { fromMs: clock.now() - 60_000, toMs: clock.now(), limit: 5 };
    expect(await selectFailedRunsFor(ctx, { service: 'api', ...span })).toMatchObject([{ task: 'dns' }]);
    expect(await selectFailedRunsFor(ctx, { service: 'web', ...span })).toEqual([]);
  });

  it('that were not begun are begun by one process', async () => {
    const { ctx } = await openStores();
    const run = await queue(ctx, { source: 'api' });
    expect(await selectQueuedRuns(ctx, 5)).toMatchObject([{ run_id: run.run_id }]);
    expect(await startRun(ctx, run, place, tasks)).toMatchObject({ outcome: 'started' });
    // The lock is free again, and still nobody begins it a second time.
    await ctx.db.deleteFrom('profile_lock').execute();
    expect(await startRun(ctx, run, elsewhere, tasks)).toEqual({ outcome: 'taken' });
    expect(await selectLocks(ctx)).toEqual([]);
    expect(await selectQueuedRuns(ctx, 5)).toEqual([]);
  });

  it('whose process says nothing for a lease are failed with what ran, and free their profile', async () => {
    const { ctx, clock } = await openStores();
    const started = await begin(ctx);
    const [dns] = started.tasks;
    if (dns) await startTask(ctx, dns, null);
    await clock.advance(29_000);
    expect(await keepRun(ctx, started)).toEqual({ kept: true, cancelRequestedBy: null });
    await clock.advance(29_999);
    expect(await failLostRuns(ctx)).toEqual([]);
    await clock.advance(1);
    expect(await failLostRuns(ctx)).toMatchObject([{ run_id: started.run.run_id, error: 'worker lost' }]);
    expect(await failLostRuns(ctx)).toEqual([]);
    expect(await show(ctx, started)).toMatchObject({
      status: 'failed',
      error: 'worker lost',
      tasks: [
        { status: 'failed', error: 'worker lost' },
        { status: 'cancelled', error: 'worker lost' },
      ],
    });
    // The one that was taken for dead finds out, and changes nothing.
    expect(await keepRun(ctx, started)).toEqual({ kept: false });
    expect(await finishRun(ctx, started, wellEnd)).toBeNull();
    await begin(ctx, {}, elsewhere);
  });

  it('take over a lock whose lease is over, and a lost run gives back only its own', async () => {
    const { ctx, clock } = await openStores();
    const dead = await begin(ctx);
    await clock.advance(30_000);
    await begin(ctx, {}, elsewhere);
    expect(await keepRun(ctx, dead)).toEqual({ kept: false });
    expect(await failLostRuns(ctx)).toHaveLength(1);
    expect(await selectLocks(ctx)).toMatchObject([{ holder: 'b:2' }]);
  });

  it('that break off leave no task running', async () => {
    const { ctx, clock } = await openStores();
    const started = await begin(ctx);
    const [dns] = started.tasks;
    if (!dns) return expect.unreachable();
    await startTask(ctx, dns, null);
    await clock.advance(700);
    await finishRun(ctx, started, { status: 'failed', exit_code: 1, error: 'no database' });
    expect((await show(ctx, started)).tasks).toMatchObject([
      { task: 'dns', status: 'failed', error: 'no database', finished_at: expect.any(String) },
      { task: 'cert', status: 'cancelled', error: 'no database' },
    ]);
  });

  it('are cancelled at once while they wait, asked to end while they run, and refused after that', async () => {
    const { ctx } = await openStores();
    const cancel = (run: RunRow) => act(ctx, cancelRun, { run_id: run.run_id });
    const waiting = await queue(ctx, { source: 'api' });
    expect(await cancel(waiting)).toMatchObject({ status: 'cancelled', error: 'cancelled by tocsin:test' });
    const started = await begin(ctx);
    expect(await cancel(started.run)).toMatchObject({
      status: 'running',
      cancel_requested_by: 'tocsin:test',
    });
    await cancel(started.run);
    expect(await keepRun(ctx, started)).toEqual({ kept: true, cancelRequestedBy: 'tocsin:test' });
    await finishRun(ctx, started, wellEnd);
    await expect(cancel(started.run)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { reason: 'over', status: 'succeeded' },
    });
    const [task] = started.tasks;
    if (task) await expect(cancel(task)).rejects.toMatchObject({ details: { reason: 'task' } });
    await expect(act(ctx, cancelRun, { run_id: 'run_x' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are listed without tasks, newest first, page by page, and by status, profile, source and repo', async () => {
    const { ctx } = await openStores();
    const a = await play(ctx);
    const b = await play(ctx, { profile: 'core' }, badEnd);
    const c = await play(ctx, { source: 'manual' });
    await ctx.db.updateTable('run').set({ repo: 'o/r' }).where('run_id', '=', b).execute();
    const ids = async (input: object) => (await act(ctx, listRuns, input)).data.map(({ run_id }) => run_id);
    expect(await ids({})).toEqual([c, b, a]);
    expect(await ids({ status: 'failed' })).toEqual([b]);
    expect(await ids({ status: 'failed,succeeded' })).toEqual([c, b, a]);
    expect(await ids({ status: ['failed', 'cancelled'] })).toEqual([b]);
    expect(await ids({ status: 'running' })).toEqual([]);
    expect(await ids({ profile: 'edge' })).toEqual([c, a]);
    expect(await ids({ source: 'manual' })).toEqual([c]);
    expect(await ids({ source: 'cron' })).toEqual([b, a]);
    expect(await ids({ repo: 'o/r' })).toEqual([b]);
    const first = (await act(ctx, listRuns, { limit: 2 })) as unknown as { next_cursor: string };
    expect(await ids({ limit: 2, cursor: first.next_cursor })).toEqual([a]);
  });

  it('tell of each profile its last end, its last success, since when it fails, and its last tick', async () => {
    const { ctx, clock } = await openStores();
    const goodAt = clock.now();
    await play(ctx, { scheduledFor: 60_000 });
    await clock.advance(1000);
    const failedAt = clock.now();
    await play(ctx, {}, badEnd);
    await clock.advance(1000);
    const bad = await play(ctx, { scheduledFor: 120_000 }, badEnd);
    await begin(ctx, { scheduledFor: 180_000 });
    await startRun(ctx, await queue(ctx, { scheduledFor: 240_000 }), elsewhere, tasks);
    const records = await selectProfileRecords(ctx, ['new', 'edge']);
    expect(records).toMatchObject([
      { profile: 'new', last: null, lastSuccessAt: null, failingSince: null, lastTickAt: null },
      {
        profile: 'edge',
        last: { run_id: bad },
        lastSuccessAt: goodAt,
        failingSince: failedAt,
        lastTickAt: 240_000,
      },
    ]);
    expect(await selectProfileRecords(ctx, [])).toEqual([]);
  });

  it('count syncs that failed in a row, passing by runs that did not sync', async () => {
    const { ctx } = await openStores();
    expect(await selectSyncFailures(ctx, 'edge')).toBe(0);
    const synced = await begin(ctx);
    await noteRun(ctx, synced, { sync_failures: 2 });
    await finishRun(ctx, synced, wellEnd);
    await play(ctx);
    expect(await selectSyncFailures(ctx, 'edge')).toBe(2);
  });

  it('are removed with their tasks once they are old, unless they go on', async () => {
    const { ctx, clock } = await openStores();
    await play(ctx);
    const going = await begin(ctx, { profile: 'core' });
    await clock.advance(91 * dayMs);
    await play(ctx);
    const beforeMs = clock.now() - 90 * dayMs;
    expect(await countRunsBefore(ctx, beforeMs)).toBe(1);
    await deleteRuns(ctx, await selectRunsBefore(ctx, beforeMs, 10));
    expect(await selectRunsBefore(ctx, beforeMs, 10)).toEqual([]);
    const left = await ctx.db.selectFrom('run').select('run_id').execute();
    expect(left).toHaveLength(6);
    expect((await show(ctx, going)).tasks).toHaveLength(2);
  });

  it('are kept while the alert lives that set them off, as it would again', async () => {
    const worker = await startWorker(await openStores());
    const { ctx } = worker;
    const [live = ''] = await worker.report({ title: 'down' });
    const runId = await play(ctx);
    const setTrigger = (trigger_key: string) =>
      ctx.db.updateTable('run').set({ trigger_key }).where('run_id', '=', runId).execute();
    const beforeMs = ctx.clock.now() + dayMs;
    await setTrigger(live);
    expect(await selectRunsBefore(ctx, beforeMs, 10)).toEqual([]);
    expect(await countRunsBefore(ctx, beforeMs)).toBe(0);
    await ctx.db.updateTable('alert').set({ ended_at: 1 }).execute();
    expect(await selectRunsBefore(ctx, beforeMs, 10)).toEqual([runId]);
  });
});

describeSharedStores('several schedulers', (openStores) => {
  it('run a tick once, and a profile one at a time', async () => {
    const { ctx, clock, options }: StoreHarness = await openStores();
    const others = await Promise.all([1, 2, 3].map(() => openStore(options, quietLog)));
    const all = [ctx, ...others.map((store) => createTestCtx(store, clock))];
    const results = await Promise.all(
      all.map(async (ctx, i) => {
        const run = await open(ctx, { scheduledFor: 60_000 });
        const mine = run ?? (await queue(ctx, { source: 'manual' }));
        const { outcome } = await startRun(ctx, mine, { host: 'h', holder: `h:${i}` }, tasks);
        return `${run ? 'tick' : 'asked'} ${outcome}`;
      }),
    );
    for (const store of others) await store.close();
    expect(results.filter((result) => result.startsWith('tick'))).toHaveLength(1);
    expect(results.filter((result) => result.endsWith('started'))).toHaveLength(1);
    expect(results.filter((result) => result.endsWith('locked'))).toHaveLength(3);
    expect(await ctx.db.selectFrom('run').select('run_id').where('kind', '=', 'task').execute()).toHaveLength(
      2,
    );
  });
});
