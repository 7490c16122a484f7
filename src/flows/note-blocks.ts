import { noteBlocks } from '../alerts/index.ts';
import type { FlowCtx } from './context.ts';
import { createLoop, type Loop } from './loop.ts';

const lookEveryMs = 60_000;

/** Answers the loop that counts alerts by blocks and notes who sent them; without it the board and lists of what is rare are right, and slow. */
export function createBlockNotes(ctx: FlowCtx): Loop {
  const round = async (stopping: AbortSignal) => {
    try {
      while (!stopping.aborted && (await noteBlocks(ctx)));
    } catch (err) {
      // What was noted stays, and the rest is noted in a minute.
      ctx.log.error({ tag: 'db', err }, '[db] alerts could not be counted by blocks');
    }
  };
  return createLoop({ clock: ctx.clock, round, firstRestMs: 5_000, restMs: lookEveryMs });
}
