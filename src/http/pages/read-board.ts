import type { FlowCtx } from '../../flows/context.ts';
import type { Door } from '../door.ts';
import type { Board } from './board.ts';

/** Answers what the visitor may see of what is wrong now. */
export async function readBoard(door: Door, ctx: FlowCtx): Promise<Board> {
  return {
    nowMs: ctx.clock.now(),
    visitor: ctx.actor.name,
    dryRun: ctx.config.notify.dryRun,
    trouble: door.reloadTrouble(),
    incidents: [],
    alerts: [],
    components: [],
    outbox: null,
  };
}
