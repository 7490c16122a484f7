import { hasPassed } from '../core/clock.ts';
import type { FlowCtx } from './context.ts';

/** From so many waiting requests on, those who report go first. */
const crowd = 8;
/** A crowd that a slow disk has gathered is gone after its next commit, and what it reported waits for us then. */
const lookEveryMs = 5;
/** One commit answers most of a flood at once, and the same senders are there again a moment later. */
const calmLooks = 2;

/** A round of the supervisor. */
export type Round = {
  tookMs: number;
  /** It had to do with incidents; else with what asks nobody to act. */
  isUrgent: boolean;
};

/** Resolves when the crowd has gone, or has been waited for long enough. */
export type GiveWay = (
  ctx: Pick<FlowCtx, 'clock' | 'intake'>,
  round: Round,
  stopping: AbortSignal,
) => Promise<void>;

/**
 * Answers what lets those who wait for the answer to a report go first: in a flood the program's thread and the store's one
 * writer are shared, and most of their time is theirs.
 */
export function createGiveWay(): GiveWay {
  let calm = calmLooks;
  return async ({ clock, intake }, round, stopping) => {
    const forMs = standBackMs(round);
    const sinceMs = clock.now();
    while (!stopping.aborted && !hasPassed(forMs, sinceMs, clock.now())) {
      calm = intake.pending() < crowd ? calm + 1 : 0;
      if (calm >= calmLooks) return;
      await clock.wait(Math.min(lookEveryMs, forMs), stopping);
    }
  };
}

/**
 * Answers for how long at most. The most severe is claimed first: where a round found nothing that is urgent, nothing waited
 * that was, and what comes meanwhile waits no longer than people notice.
 */
function standBackMs({ tookMs, isUrgent }: Round): number {
  const shortMs = Math.min(tookMs * 4, 1_000);
  return isUrgent ? shortMs : Math.max(shortMs, Math.min(tookMs * 19, 250));
}
