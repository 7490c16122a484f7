import type { FastifyReply } from 'fastify';
import { type Clock, hasPassed } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';

// More callers than this within one window and the oldest are forgotten: memory is bounded, whoever asks.
const maxCallers = 20_000;

export type LimitRule = { maxRequests: number; windowMs: number };
export type LimitState = { limit: number; remaining: number; resetsInSeconds: number; exceeded: boolean };

export type Limiter = {
  /** Counts one for the caller. */
  count(caller: string, rule: LimitRule): LimitState;
};

/** Answers a counter per caller in fixed windows, in the memory of this process. */
export function createLimiter(clock: Clock): Limiter {
  const windows = new Map<string, { count: number; sinceMs: number }>();
  return {
    count(caller, rule) {
      const nowMs = clock.now();
      let window = windows.get(caller);
      if (!window || hasPassed(rule.windowMs, window.sinceMs, nowMs)) {
        windows.delete(caller);
        const oldest = windows.size >= maxCallers ? windows.keys().next() : null;
        if (oldest && !oldest.done) windows.delete(oldest.value);
        window = { count: 0, sinceMs: nowMs };
        windows.set(caller, window);
      }
      window.count++;
      return {
        limit: rule.maxRequests,
        remaining: Math.max(0, rule.maxRequests - window.count),
        resetsInSeconds: Math.ceil((window.sinceMs + rule.windowMs - nowMs) / 1000),
        exceeded: window.count > rule.maxRequests,
      };
    },
  };
}

/** Says the state in the `X-RateLimit-*` headers. Throws RATE_LIMITED with `Retry-After` where it is exceeded. */
export function enforceLimit(reply: FastifyReply, state: LimitState): void {
  reply.header('x-ratelimit-limit', state.limit);
  reply.header('x-ratelimit-remaining', state.remaining);
  reply.header('x-ratelimit-reset', state.resetsInSeconds);
  if (!state.exceeded) return;
  reply.header('retry-after', state.resetsInSeconds);
  throw new AppError('RATE_LIMITED', `too many requests; try again in ${state.resetsInSeconds} s`);
}
