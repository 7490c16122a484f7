import { type Ctx, inTransaction, type RunRow } from '../store/index.ts';
import { changeRun, selectRun } from './queries.ts';
import { renewLock } from './queries-lock.ts';
import { recordOwnMetrics } from './record-metrics.ts';
import { runLeaseMs, type StartedRun } from './start-run.ts';

/** What a running run hears when it shows that it is alive. */
export type Kept =
  | { kept: true; cancelRequestedBy: string | null }
  /** Another process took it for dead: whatever it does now, nobody counts on. */
  | { kept: false };

/** Prolongs the lease of a run and of its profile's lock, and answers whether somebody wants it to end. */
export function keepRun(ctx: Ctx, { run, leaseToken }: StartedRun): Promise<Kept> {
  return inTransaction(ctx, async (ctx): Promise<Kept> => {
    const untilMs = ctx.clock.now() + runLeaseMs;
    const guard = { runId: run.run_id, status: 'running', leaseToken } as const;
    // The lock first: without it the run must not seem alive.
    if (!(await renewLock(ctx, run.profile ?? '', leaseToken, untilMs))) return { kept: false };
    if (!(await changeRun(ctx, guard, { locked_until: untilMs }))) return { kept: false };
    const now = await selectRun(ctx, run.run_id);
    return { kept: true, cancelRequestedBy: now?.cancel_requested_by ?? null };
  });
}

/** Writes down what became known of a running run; answers false where it is not ours any more. */
export function noteRun(
  ctx: Ctx,
  { run, leaseToken }: StartedRun,
  known: Partial<Pick<RunRow, 'revision' | 'sync_failures' | 'artifacts_dir' | 'error'>>,
): Promise<boolean> {
  return changeRun(ctx, { runId: run.run_id, status: 'running', leaseToken }, known);
}

/** Begins a task; answers false where its run was ended meanwhile. */
export function startTask(ctx: Ctx, task: RunRow, artifactsDir: string | null): Promise<boolean> {
  const change = { status: 'running', started_at: ctx.clock.now(), artifacts_dir: artifactsDir } as const;
  return changeRun(ctx, { runId: task.run_id, status: 'queued' }, change);
}

/** How a task ended. */
export type TaskEnd = Pick<
  RunRow,
  'status' | 'duration_ms' | 'exit_code' | 'signal' | 'attempts' | 'error' | 'tail'
>;

/** Ends a task, with how long it took and how it ended as its metrics; answers false where its run was ended meanwhile. */
export function finishTask(ctx: Ctx, task: RunRow, end: TaskEnd): Promise<boolean> {
  return inTransaction(ctx, async (ctx) => {
    const change = { ...end, finished_at: ctx.clock.now() };
    if (!(await changeRun(ctx, { runId: task.run_id, status: 'running' }, change))) return false;
    await recordOwnMetrics(ctx, [{ ...task, ...change }]);
    return true;
  });
}
