import { toIso } from '../core/clock.ts';
import type { Ctx, RunRow } from '../store/index.ts';
import { createRun } from './open-run.ts';
import { changeRun, insertRun } from './queries.ts';

/**
 * Gives the tick of a run that is over to a run that is yet to begin, in the open transaction: the one whose work was cut
 * short says who goes on with it. Answers the new run; null where it stood for no tick.
 */
export async function handOnTick(ctx: Ctx, over: RunRow): Promise<RunRow | null> {
  const { run_id, status, profile, scheduled_for } = over;
  if (scheduled_for === null) return null;
  const next: RunRow = { ...createRun(ctx, 'profile', 'cron'), profile, scheduled_for };
  const error = `${over.error}; ${next.run_id} runs its tick of ${toIso(scheduled_for)} again`;
  // First, as a tick is one run's.
  await changeRun(ctx, { runId: run_id, status }, { scheduled_for: null, error });
  return (await insertRun(ctx, next)) ? next : null;
}
