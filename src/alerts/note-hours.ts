import { type Ctx, inTransaction, runStatements } from '../store/index.ts';
import { findHourSince, findNotedUntil, hourMs, noteHour, noteUntil } from './queries-hours.ts';

/** An alert may be written some time after it got its reference. */
const settlesMs = 10 * 60_000;
/** Hours that are noted once more, for alerts of a process whose clock went back. */
const againMs = 2 * hourMs;
const hoursAtOnce = 24;

/**
 * Notes of the hours that are over which sources and kinds came in them, a day at a time, each hour a transaction of its
 * own; several processes may do it at once. Answers whether it noted any.
 */
export async function noteHours(ctx: Ctx): Promise<boolean> {
  const nowMs = ctx.clock.now();
  const overAt = nowMs - settlesMs;
  const until = overAt - (overAt % hourMs);
  const noted = await findNotedUntil(ctx);
  if (noted !== null && noted >= until) return false;
  const first = await findHourSince(ctx, Math.max(0, (noted ?? 0) - againMs));
  if (first === null || first >= until) {
    await inTransaction(ctx, (ctx) => runStatements(ctx, [noteUntil(ctx, until)]));
    return false;
  }
  const last = Math.min(until, Math.max(first, noted ?? 0) + hoursAtOnce * hourMs);
  for (let hourAt = first; hourAt < last; hourAt += hourMs)
    await inTransaction(ctx, (ctx) =>
      runStatements(ctx, [...noteHour(ctx, hourAt), noteUntil(ctx, hourAt + hourMs)]),
    );
  return true;
}
