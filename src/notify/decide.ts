import type { NotificationStatus } from '../store/index.ts';
import type { Outcome } from './types.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const firstRetryMs = 5 * secondMs;
const longestRetryMs = 15 * minuteMs;
const giveUpAfterMs = 24 * 60 * minuteMs;
const failuresToPause = 5;
const pauseMs = 30 * secondMs;
/** A receiver that restarts is back before. */
const silentMs = 15 * minuteMs;

export type Attempt = {
  /** How many attempts there were, this one included. */
  attempts: number;
  /** When it was to go out first. */
  dueAt: number;
  now: number;
  /** At least 0, below 1. */
  jitter: number;
};

/** What a message is after an attempt; `cause` groups failures that are one problem. */
export type NextState = {
  status: NotificationStatus;
  nextAttemptAt: number | null;
  error: string | null;
  cause: string | null;
};

/** Decides what becomes of a message after an attempt: delivered, tried again for a day, or given up. */
export function decideAttempt(outcome: Outcome, attempt: Attempt): NextState {
  switch (outcome.kind) {
    case 'delivered':
      return { status: 'delivered', nextAttemptAt: null, error: null, cause: null };
    case 'skipped':
      return { status: outcome.status, nextAttemptAt: null, error: outcome.error, cause: null };
    case 'refused':
      return { status: 'failed', nextAttemptAt: null, error: outcome.error, cause: outcome.cause };
    case 'throttled':
    case 'unreachable':
      return retryOrGiveUp(outcome, attempt);
  }
}

function retryOrGiveUp(
  outcome: Extract<Outcome, { kind: 'throttled' | 'unreachable' }>,
  attempt: Attempt,
): NextState {
  const lastTryAt = attempt.dueAt + giveUpAfterMs;
  const { error } = outcome;
  if (attempt.now >= lastTryAt) {
    const cause = outcome.kind === 'throttled' ? 'throttled' : outcome.cause;
    return { status: 'dead', nextAttemptAt: null, error, cause };
  }
  const wanted = outcome.retryAt ?? attempt.now + backoffMs(attempt);
  // A pause beyond the day, or into the past, still leaves one last try, and no loop.
  const nextAttemptAt = Math.min(Math.max(wanted, attempt.now + secondMs), lastTryAt);
  return { status: 'pending', nextAttemptAt, error, cause: null };
}

/** A random time between 5 s and a ceiling that doubles with each attempt, up to 15 min. */
function backoffMs({ attempts, jitter }: Attempt): number {
  const ceilingMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempts, 20));
  return Math.round(firstRetryMs + jitter * (ceilingMs - firstRetryMs));
}

/** Answers what an HTTP answer means; redirects are not followed, so they are refusals. `detail` is for people. */
export function judgeHttpStatus(status: number, detail: string, retryAt: number | null): Outcome {
  const error = detail === '' ? `HTTP ${status}` : `HTTP ${status}: ${detail}`;
  if (status >= 200 && status < 300) return { kind: 'delivered', providerMessageId: null };
  if (status === 429) return { kind: 'throttled', error, retryAt };
  const cause = `http_${status}`;
  if (status === 408 || status === 425 || status >= 500)
    return { kind: 'unreachable', cause, error, retryAt };
  return { kind: 'refused', cause, error };
}

/** Answers the time that a `Retry-After` header names, in seconds or as a date (RFC 9110); null where it names none. */
export function readRetryAfter(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const seconds = /^\s*\d+\s*$/.test(header) ? Number(header) : Number.NaN;
  const at = Number.isNaN(seconds) ? Date.parse(header) : now + seconds * secondMs;
  return Number.isSafeInteger(at) ? at : null;
}

/** What a process knows of the way to a channel. */
export type Breaker = {
  readonly failures: number;
  readonly pausedUntil: number | null;
  /** Null: the last one got through. */
  readonly failing: Failing | null;
};

/** Attempts of which none got through. */
type Failing = {
  readonly sinceAt: number;
  readonly lastAt: number;
  /** Of the first. */
  readonly cause: string;
  /** Whether it goes on for so long that people should hear of it. */
  readonly isSilent: boolean;
};

export const closedBreaker: Breaker = { failures: 0, pausedUntil: null, failing: null };

/** Answers the breaker after an attempt: five failures of the way in a row pause the channel, and so does a receiver that asks for it. */
export function afterOutcome(breaker: Breaker, outcome: Outcome, now: number): Breaker {
  switch (outcome.kind) {
    case 'delivered':
    case 'refused':
      return closedBreaker;
    case 'skipped':
      return breaker;
    case 'throttled': {
      const until = Math.min(outcome.retryAt ?? now + firstRetryMs, now + longestRetryMs);
      const failing = failingAfter(breaker.failing, 'throttled', failuresToPause, now);
      return { ...breaker, pausedUntil: until, failing };
    }
    case 'unreachable': {
      const failures = breaker.failures + 1;
      const pausedUntil = failures < failuresToPause ? breaker.pausedUntil : now + pauseMs;
      return { failures, pausedUntil, failing: failingAfter(breaker.failing, outcome.cause, failures, now) };
    }
  }
}

function failingAfter(before: Failing | null, cause: string, failures: number, now: number): Failing {
  // What nobody has tried for longer than a message waits for its next attempt may have been well in between.
  const isOne = before !== null && now - before.lastAt <= 2 * longestRetryMs;
  if (!isOne) return { sinceAt: now, lastAt: now, cause, isSilent: false };
  return {
    ...before,
    lastAt: now,
    isSilent: failures >= failuresToPause && now - before.sinceAt >= silentMs,
  };
}

/** What people should hear of a channel: for a while nothing has got through, or it does again. */
export type ChannelNews = { kind: 'silent' | 'heard'; cause: string };

/** Answers what an attempt says of its channel, by its breaker before and after; null: nothing that is told. */
export function decideNews(before: Breaker, after: Breaker): ChannelNews | null {
  if (after.failing?.isSilent) return { kind: 'silent', cause: after.failing.cause };
  return before.failing?.isSilent ? { kind: 'heard', cause: before.failing.cause } : null;
}

/** Answers how many more messages may go out: any number, none during a pause, one at a time to try whether it is over. */
export function allowedByBreaker(breaker: Breaker, inFlight: number, now: number): number {
  if (breaker.pausedUntil === null) return Number.POSITIVE_INFINITY;
  return breaker.pausedUntil > now ? 0 : Math.max(0, 1 - inFlight);
}

/** Answers whether those who read a channel have heard of a message, or will. */
export function isHeard(status: NotificationStatus, dryRun: boolean): boolean {
  switch (status) {
    case 'pending':
    case 'sending':
    case 'delivered':
    // Its end told of it too.
    case 'superseded':
      return true;
    // While nothing is sent at all, the record shows what would be.
    case 'skipped_dry_run':
      return dryRun;
    case 'failed':
    case 'dead':
    case 'skipped_unconfigured':
      return false;
  }
}
