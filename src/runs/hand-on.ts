import { toIso } from '../core/clock.ts';
import type { Ctx, RunRow } from '../store/index.ts';
import { createRun } from './open-run.ts';
import { changeRun, insertRun, selectPayload } from './queries.ts';

/**
 * Gives the tick of a run that is over to a run that is yet to begin, in the open transaction: the one whose work was cut
 * short says who goes on with it. Does nothing where it stood for no tick.
 */
export async function handOnTick(ctx: Ctx, over: RunRow): Promise<void> {
  const { profile, scheduled_for } = over;
  if (scheduled_for === null) return;
  const next = { ...createRun(ctx, 'profile', 'cron'), profile, scheduled_for };
  await replace(ctx, over, next, `runs its tick of ${toIso(scheduled_for)} again`);
}

/** Gives what set off a run that is over to a run that is yet to begin, likewise. Does nothing where nothing but a clock or a person did. */
export async function handOnTrigger(ctx: Ctx, over: RunRow): Promise<void> {
  const { run_id, source, request_id, profile, task, trigger_key, repo, pr_number } = over;
  if (source !== 'alert' && source !== 'webhook') return;
  const brought = { trigger_key, trigger_payload: await selectPayload(ctx, run_id), repo, pr_number };
  const next = { ...createRun(ctx, 'profile', source), request_id, profile, task, ...brought };
  await replace(ctx, over, next, 'runs in its place');
}

async function replace(ctx: Ctx, over: RunRow, next: RunRow, what: string): Promise<void> {
  const error = `${over.error}; ${next.run_id} ${what}`;
  // First, as a tick is one run's, and so is what sets one off.
  const guard = { runId: over.run_id, status: over.status };
  await changeRun(ctx, guard, { scheduled_for: null, trigger_key: null, error });
  await insertRun(ctx, next);
}
