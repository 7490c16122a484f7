import { type Ctx, inTransaction, type RunRow } from '../store/index.ts';
import type { RunEnd } from './decide.ts';
import { changeRun, endTaskRuns, lockLostRuns } from './queries.ts';
import { returnLock } from './queries-lock.ts';
import type { StartedRun } from './start-run.ts';

const lostAtOnce = 50;
const workerLost = 'worker lost';

const noLease = { lease_token: null, locked_until: null };

/**
 * Ends a run and gives the lock of its profile back, in the open transaction or in one of its own; tasks that have not
 * begun are cancelled with it. Answers false where another process has ended it already.
 */
export function finishRun(ctx: Ctx, { run, leaseToken }: StartedRun, end: RunEnd): Promise<boolean> {
  return inTransaction(ctx, async (ctx) => {
    const nowMs = ctx.clock.now();
    const change = {
      ...end,
      ...noLease,
      finished_at: nowMs,
      duration_ms: Math.max(0, nowMs - (run.started_at ?? nowMs)),
    };
    const guard = { runId: run.run_id, status: 'running', leaseToken } as const;
    if (!(await changeRun(ctx, guard, change))) return false;
    await endTaskRuns(ctx, [run.run_id], 'queued', {
      status: 'cancelled',
      finished_at: nowMs,
      error: end.error,
    });
    await returnLock(ctx, run.profile ?? '', run.run_id);
    return true;
  });
}

/** Ends runs whose process has said nothing for the length of a lease, with their tasks; answers them as they are now. */
export function failLostRuns(ctx: Ctx): Promise<RunRow[]> {
  return inTransaction(ctx, async (ctx) => {
    const lost = await lockLostRuns(ctx, lostAtOnce);
    if (lost.length === 0) return [];
    const end = { status: 'failed', error: workerLost, finished_at: ctx.clock.now() } as const;
    const ids = lost.map((run) => run.run_id);
    for (const run of lost) {
      await changeRun(ctx, { runId: run.run_id, status: 'running' }, { ...end, ...noLease });
      await returnLock(ctx, run.profile ?? '', run.run_id);
    }
    await endTaskRuns(ctx, ids, 'running', end);
    await endTaskRuns(ctx, ids, 'queued', { ...end, status: 'cancelled' });
    return lost.map((run) => ({ ...run, ...end, ...noLease }));
  });
}
