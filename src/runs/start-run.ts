import { toIso } from '../core/clock.ts';
import { type Ctx, inTransaction, type ProfileLockRow, type RunRow } from '../store/index.ts';
import { createRun } from './open-run.ts';
import { changeRun, insertTaskRuns } from './queries.ts';
import { returnLock, selectLock, takeLock } from './queries-lock.ts';

/** How long a process may say nothing before another takes over what it ran. */
export const runLeaseMs = 30_000;

/** Where a run takes place; `holder` is `host:pid`. */
export type RunPlace = { host: string; holder: string };

/** A task that is going to run. */
export type PlannedTask = { name: string; service: string | null };

export type StartedRun = { run: RunRow; leaseToken: string; tasks: readonly RunRow[] };

export type StartResult =
  | ({ outcome: 'started' } & StartedRun)
  /** Another run of the profile is under way: this one is over, as `skipped_locked`. */
  | { outcome: 'locked'; run: RunRow; lock: ProfileLockRow | null }
  /** Another process has begun or ended it meanwhile. */
  | { outcome: 'taken' };

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
    if (!(await takeLock(ctx, lock))) {
      const other = await selectLock(ctx, profile);
      const change = describeLocked(other, nowMs, place);
      if (!(await changeRun(ctx, guard, change))) return { outcome: 'taken' };
      return { outcome: 'locked', run: { ...queued, ...change }, lock: other };
    }
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

function describeLocked(lock: ProfileLockRow | null, nowMs: number, { host }: RunPlace): Partial<RunRow> {
  const who = lock
    ? `${lock.run_id} on ${lock.holder} since ${toIso(lock.since)}`
    : 'another run that has just ended';
  return { status: 'skipped_locked', finished_at: nowMs, host, error: `already running: ${who}` };
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
