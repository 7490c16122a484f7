import { takeBackStalled } from '../alerts/index.ts';
import { hasPassed } from '../core/clock.ts';
import type { FlowCtx } from './context.ts';

const lookEveryMs = 5_000;

/**
 * Answers the chore that frees what dead workers held, whoever claims: claims put back only what they would take, and one with
 * filters none of the rest. What has no attempts left ends dead here, in time to be told.
 */
export function createTakingBack(): (ctx: FlowCtx) => Promise<number> {
  let lookedAt = Number.NEGATIVE_INFINITY;
  return async (ctx) => {
    const nowMs = ctx.clock.now();
    if (!hasPassed(lookEveryMs, lookedAt, nowMs)) return 0;
    lookedAt = nowMs;
    return (await takeBackStalled(ctx, ctx.config.policy.defaults.maxAttempts)) ?? 0;
  };
}
