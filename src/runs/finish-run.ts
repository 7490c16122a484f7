import { type Ctx, inTransaction, type RunRow } from '../store/index.ts';
import type { RunEnd } from './decide.ts';
import { changeRun, endTaskRuns, hasLostRuns, lockLostRuns, lockRun } from './queries.ts';
import { returnLock } from './queries-lock.ts';
import { recordOwnMetrics } from './record-metrics.ts';
import type { StartedRun } from './start-run.ts';

const lostAtOnce = 50;
const workerLost = 'worker lost';

const noLease = { lease_token: null, locked_until: null };

/**
 * Ends a run and gives the lock of its profile back, in the open transaction or in one of its own; tasks that have not
 * begun are cancelled with it, and those whose end was never written down fail. Answers it as it is now; null: another
 * process has ended it already.
 */
export function finishRun(ctx: Ctx, { run, leaseToken }: StartedRun, end: RunEnd): Promise<RunRow | null> {
  return inTransaction(ctx, async (ctx) => {
    const now = await lockRun(ctx, run.run_id);
    if (now?.status !== 'running' || now.lease_token !== leaseToken) return null;
    const nowMs = ctx.clock.now();
    const change = {
      ...end,
      ...noLease,
      // What went wrong on the way stays beside how it ended.
      error: [end.error, now.error].filter((error) => error !== null).join('; ') || null,
      finished_at: nowMs,
      duration_ms: lastedUntil(run, nowMs),
    };
    await changeRun(ctx, { runId: run.run_id, status: 'running', leaseToken }, change);
    await recordOwnMetrics(ctx, [{ ...run, ...change }]);
    const ofTasks = { finished_at: nowMs, error: end.error };
    await endTaskRuns(ctx, [run.run_id], 'running', { ...ofTasks, status: 'failed' });
    await endTaskRuns(ctx, [run.run_id], 'queued', { ...ofTasks, status: 'cancelled' });
    await returnLock(ctx, run.profile ?? '', run.run_id);
    return { ...now, ...change };
  });
}

/** Ends a run that cannot begin, or need not, unless somebody has begun it. */
export function dropRun(
  ctx: Ctx,
  run: RunRow,
  error: string,
  status: 'failed' | 'cancelled' = 'failed',
): Promise<boolean> {
  const change = { status, error, finished_at: ctx.clock.now() } as const;
  return changeRun(ctx, { runId: run.run_id, status: 'queued' }, change);
}

/** Ends runs whose process has said nothing for the length of a lease, with their tasks; answers them as they are now. */
export async function failLostRuns(ctx: Ctx): Promise<RunRow[]> {
  // Asked once a second: a transaction would take the turn of others to write.
  if (!(await hasLostRuns(ctx))) return [];
  return inTransaction(ctx, async (ctx) => {
    const lost = await lockLostRuns(ctx, lostAtOnce);
    if (lost.length === 0) return [];
    const nowMs = ctx.clock.now();
    const end = { status: 'failed', error: workerLost, finished_at: nowMs } as const;
    const over = lost.map((run) => ({ ...run, ...end, ...noLease, duration_ms: lastedUntil(run, nowMs) }));
    for (const run of over) {
      await changeRun(ctx, { runId: run.run_id, status: 'running' }, run);
      await returnLock(ctx, run.profile ?? '', run.run_id);
    }
    await recordOwnMetrics(ctx, over);
    const ids = over.map((run) => run.run_id);
    await endTaskRuns(ctx, ids, 'running', end);
    await endTaskRuns(ctx, ids, 'queued', { ...end, status: 'cancelled' });
    return over;
  });
}

function lastedUntil({ started_at }: RunRow, nowMs: number): number {
  return Math.max(0, nowMs - (started_at ?? nowMs));
}
