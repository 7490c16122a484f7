import { toIso } from '../core/clock.ts';
import type { Ctx, ProfileLockRow, RunRow } from '../store/index.ts';
import { changeRun, deleteQueuedRun, lockSkippedTick } from './queries.ts';
import { selectLock } from './queries-lock.ts';

/** What became of a run that could not begin. */
export type SkipResult =
  /** Another run of the profile is under way: this one is over, as `skipped_locked`. */
  | { outcome: 'locked'; run: RunRow; lock: ProfileLockRow | null }
  /** Another process has begun, ended or counted it meanwhile. */
  | { outcome: 'taken' };

/**
 * Ends a queued run that another is in the way of, in the open transaction, and says which. Ticks that come one after the
 * other while the same run goes on are one row, which counts them and stands for the last: `attempts` says how many.
 */
export async function skipRun(ctx: Ctx, queued: RunRow, here: string): Promise<SkipResult> {
  const lock = await selectLock(ctx, queued.profile ?? '');
  const before = lock && queued.scheduled_for !== null ? await lockSkippedTick(ctx, lock) : null;
  if (lock && before) return countSkip(ctx, queued, before, lock);
  const change = describeSkip(ctx, lock, 1, here);
  const guard = { runId: queued.run_id, status: 'queued' } as const;
  if (!(await changeRun(ctx, guard, change))) return { outcome: 'taken' };
  return { outcome: 'locked', run: { ...queued, ...change }, lock };
}

async function countSkip(
  ctx: Ctx,
  queued: RunRow,
  before: RunRow,
  lock: ProfileLockRow,
): Promise<SkipResult> {
  // First, as a tick is one run's. A run that was asked for and not ticked is somebody's, and never comes here.
  if (!(await deleteQueuedRun(ctx, queued.run_id))) return { outcome: 'taken' };
  const { scheduled_for } = queued;
  // Another process has counted it already.
  if ((scheduled_for ?? 0) <= (before.scheduled_for ?? 0)) return { outcome: 'taken' };
  const change = { ...describeSkip(ctx, lock, before.attempts + 1, before.host), scheduled_for };
  await changeRun(ctx, { runId: before.run_id, status: 'skipped_locked' }, change);
  return { outcome: 'locked', run: { ...before, ...change }, lock };
}

function describeSkip({ clock }: Ctx, lock: ProfileLockRow | null, ticks: number, host: string | null) {
  const who = lock
    ? `${lock.run_id} on ${lock.holder} since ${toIso(lock.since)}`
    : 'another run that has just ended';
  const error = `already running: ${who}${ticks > 1 ? `; ${ticks} ticks were skipped` : ''}`;
  return { status: 'skipped_locked', finished_at: clock.now(), host, attempts: ticks, error } as const;
}
