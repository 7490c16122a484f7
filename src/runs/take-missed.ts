import { type Ctx, inTransaction } from '../store/index.ts';
import { findTickUpTo, lockMissedMark, moveMissedMark } from './queries-missed.ts';

/**
 * Takes it on to tell of the ticks of a profile, up to one, that nothing ran: of all who ask, one tells of each. Answers
 * the tick behind which they begin, epoch milliseconds; 0 where none was ever run or told of. In a transaction of its own.
 */
export function takeMissedTicks(ctx: Ctx, profile: string, untilMs: number): Promise<number> {
  return inTransaction(ctx, async (ctx) => {
    const toldMs = await lockMissedMark(ctx, profile);
    const ranMs = await findTickUpTo(ctx, profile, untilMs);
    if (toldMs < untilMs) await moveMissedMark(ctx, profile, untilMs);
    return Math.max(toldMs, ranMs ?? 0);
  });
}
