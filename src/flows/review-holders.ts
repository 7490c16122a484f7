import { type Reviewed, reviewHeld, selectHolders } from '../alerts/index.ts';
import type { Config } from '../config/types.ts';
import type { FlowCtx } from './context.ts';
import { readActiveIds, readHolderTest } from './holder-test.ts';
import { readInhibiting } from './inhibition-test.ts';

/**
 * Answers the chore that lets alerts go whose silence has ended, by time, by hand, or because it left the configuration,
 * and those that another alert inhibited until now; it answers how many. A configuration that is new to it may hold other
 * alerts than before, so all are looked at.
 */
export function createHolderReview(): (ctx: FlowCtx) => Promise<number> {
  let known: Config | null = null;
  return async (ctx) => {
    const { config } = ctx;
    const holders = await selectHolders(ctx);
    const active = holders.length > 0 ? await readActive(ctx, holders) : new Set();
    const doubtful = known === config ? holders.filter((id) => !active.has(id)) : holders;
    let released = 0;
    for (const id of doubtful) released += await reviewAll(ctx, id);
    known = config;
    if (released > 0) ctx.signals.alerts.ring();
    return released;
  };
}

async function readActive(ctx: FlowCtx, holders: readonly string[]): Promise<Set<string>> {
  return (await readActiveIds(ctx)).union(await readInhibiting(ctx, holders));
}

async function reviewAll(ctx: FlowCtx, holderId: string): Promise<number> {
  let released = 0;
  let afterRef: string | null = '';
  while (afterRef !== null) {
    const reviewed: Reviewed = await reviewHeld(ctx, holderId, afterRef, readHolderTest);
    released += reviewed.released;
    afterRef = reviewed.afterRef;
  }
  return released;
}
