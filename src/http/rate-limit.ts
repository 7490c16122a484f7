import type { FastifyReply } from 'fastify';
import { type Clock, hasPassed } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

// More callers than this within one window and the oldest are forgotten: memory is bounded, whoever asks.
const maxCallers = 20_000;

export type LimitRule = { maxRequests: number; windowMs: number };
export type LimitState = {
  limit: number;
  remaining: number;
  /** When the window ends, in epoch seconds. */
  resetsAtSeconds: number;
  retryAfterSeconds: number;
  exceeded: boolean;
};

export type Limiter = {
  /** Counts one for the caller. Never throws. */
  count(caller: string, rule: LimitRule): Promise<LimitState>;
};

type Counted = { count: number; resetsInMs: number };

/** Counts that all processes share; null: they cannot be had now. */
export type SharedCounts = { count(key: string, windowMs: number): Promise<Counted | null> };

export type LimiterDeps = {
  clock: Clock;
  log: Log;
  /** Null: this process counts for itself. */
  shared: SharedCounts | null;
};

/** Answers a counter per caller in fixed windows: that of all processes, or of this one where that cannot be had. */
export function createLimiter({ clock, log, shared }: LimiterDeps): Limiter {
  const countHere = createOwnCounts(clock);
  let isShared = true;
  const note = (isSharedNow: boolean) => {
    if (isSharedNow === isShared) return;
    isShared = isSharedNow;
    if (isShared)
      log.info({ tag: 'rate-limit' }, '[rate-limit] callers are counted over all processes again');
    else
      log.warn(
        { tag: 'rate-limit' },
        '[rate-limit] Redis is away: each process counts its own callers until it is back',
      );
  };
  return {
    async count(caller, { maxRequests, windowMs }) {
      // Counted here too, so that a Redis that goes away opens no new allowance.
      const own = countHere(caller, windowMs);
      const counted = shared && (await shared.count(`limit:${windowMs}:${caller}`, windowMs));
      if (shared) note(counted !== null);
      const { count, resetsInMs } = counted ?? own;
      return {
        limit: maxRequests,
        remaining: Math.max(0, maxRequests - count),
        resetsAtSeconds: Math.ceil((clock.now() + resetsInMs) / 1000),
        retryAfterSeconds: Math.max(1, Math.ceil(resetsInMs / 1000)),
        exceeded: count > maxRequests,
      };
    },
  };
}

/** Answers what counts in the memory of this process. */
function createOwnCounts(clock: Clock): (caller: string, windowMs: number) => Counted {
  const windows = new Map<string, { count: number; sinceMs: number }>();
  return (caller, windowMs) => {
    const nowMs = clock.now();
    let window = windows.get(caller);
    if (!window || hasPassed(windowMs, window.sinceMs, nowMs)) {
      windows.delete(caller);
      const oldest = windows.size >= maxCallers ? windows.keys().next() : null;
      if (oldest && !oldest.done) windows.delete(oldest.value);
      window = { count: 0, sinceMs: nowMs };
      windows.set(caller, window);
    }
    window.count++;
    return { count: window.count, resetsInMs: window.sinceMs + windowMs - nowMs };
  };
}

/** Says the state in the `X-RateLimit-*` headers. Throws RATE_LIMITED with `Retry-After` where it is exceeded. */
export function enforceLimit(reply: FastifyReply, state: LimitState): void {
  reply.header('x-ratelimit-limit', state.limit);
  reply.header('x-ratelimit-remaining', state.remaining);
  reply.header('x-ratelimit-reset', state.resetsAtSeconds);
  if (!state.exceeded) return;
  reply.header('retry-after', state.retryAfterSeconds);
  throw new AppError('RATE_LIMITED', `too many requests; try again in ${state.retryAfterSeconds} s`);
}
