import { type Ctx, inTransaction, type RunRow } from '../store/index.ts';
import { createRun } from './open-run.ts';
import { changeRun, insertTaskRuns } from './queries.ts';
import { returnLock, takeLock } from './queries-lock.ts';
import { type SkipResult, skipRun } from './skip-run.ts';

/** How long a process may say nothing before another takes over what it ran. */
export const runLeaseMs = 30_000;

/** Where a run takes place; `holder` is `host:pid`. */
export type RunPlace = { host: string; holder: string };

/** A task that is going to run. */
export type PlannedTask = { name: string; service: string | null };

export type StartedRun = { run: RunRow; leaseToken: string; tasks: readonly RunRow[] };

export type StartResult = ({ outcome: 'started' } & StartedRun) | SkipResult;

/**
 * Begins a queued run under the lock of its profile, with a row for each of its tasks, all in one transaction. Where
 * another run has the lock it ends this one, naming the holder: nothing queues behind a lock.
 */
export function startRun(
  ctx: Ctx,
  queued: RunRow,
  place: RunPlace,
  tasks: readonly PlannedTask[],
): Promise<StartResult> {
  return inTransaction(ctx, async (ctx): Promise<StartResult> => {
    const profile = queued.profile ?? '';
    const nowMs = ctx.clock.now();
    const token = ctx.ids.uuid();
    const locked_until = nowMs + runLeaseMs;
    const guard = { runId: queued.run_id, status: 'queued' } as const;
    const lock = { profile, run_id: queued.run_id, holder: place.holder, token, since: nowMs, locked_until };
    if (!(await takeLock(ctx, lock))) return skipRun(ctx, queued, place.host);
    const change = {
      status: 'running',
      started_at: nowMs,
      lease_token: token,
      locked_until,
      ...place,
    } as const;
    if (!(await changeRun(ctx, guard, change))) {
      await returnLock(ctx, profile, queued.run_id);
      return { outcome: 'taken' };
    }
    const run = { ...queued, ...change };
    const rows = tasks.map((task) => createTaskRun(ctx, run, task));
    await insertTaskRuns(ctx, rows);
    return { outcome: 'started', run, leaseToken: token, tasks: rows };
  });
}

/** Answers the row of a task that is going to run. */
export function createTaskRun(ctx: Ctx, parent: RunRow, { name, service }: PlannedTask): RunRow {
  return {
    ...createRun(ctx, 'task', parent.source),
    parent_run_id: parent.run_id,
    profile: parent.profile,
    task: name,
    service,
    request_id: parent.request_id,
    host: parent.host,
  };
}
