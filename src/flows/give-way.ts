import { hasPassed } from '../core/clock.ts';
import type { FlowCtx } from './context.ts';

/** From so many waiting requests on, those who report go first. */
const crowd = 8;
/** How long to stand back then at most, in times of what the last round took. */
const standBack = 4;
const standBackMaxMs = 1_000;
/** A crowd that a slow disk has gathered is gone after its next commit, and what it reported waits for us then. */
const lookEveryMs = 5;

/**
 * Lets those who wait for the answer to a report go first: in a flood the store's one writer is shared, and most of its time
 * is theirs. Ends when the crowd has gone.
 */
export async function giveWay(
  { clock, intake }: Pick<FlowCtx, 'clock' | 'intake'>,
  tookMs: number,
  stopping: AbortSignal,
): Promise<void> {
  const forMs = Math.min(tookMs * standBack, standBackMaxMs);
  const sinceMs = clock.now();
  const isCrowded = () => intake.pending() >= crowd && !hasPassed(forMs, sinceMs, clock.now());
  while (isCrowded() && !stopping.aborted) await clock.wait(Math.min(lookEveryMs, forMs), stopping);
}
