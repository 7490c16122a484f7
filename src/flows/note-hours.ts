import { noteHours } from '../alerts/index.ts';
import type { FlowCtx } from './context.ts';
import { createLoop, type Loop } from './loop.ts';

const lookEveryMs = 60_000;

/** Answers the loop that notes in which hours sources and kinds came, for lists of rare ones; without it lists are right, and slow. */
export function createHourNotes(ctx: FlowCtx): Loop {
  const round = async () => {
    try {
      while (await noteHours(ctx));
    } catch (err) {
      // What was noted stays, and the rest is noted in a minute.
      ctx.log.error({ tag: 'db', err }, '[db] hours of alerts could not be noted');
    }
  };
  return createLoop({ clock: ctx.clock, round, firstRestMs: 5_000, restMs: lookEveryMs });
}
