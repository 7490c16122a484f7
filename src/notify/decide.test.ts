import { describe, expect, test } from 'vitest';
import type { NotificationStatus } from '../store/index.ts';
import {
  afterOutcome,
  allowedByBreaker,
  closedBreaker,
  decideAttempt,
  decideNews,
  isHeard,
  judgeHttpStatus,
  readRetryAfter,
} from './decide.ts';
import type { Outcome } from './types.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const dayMs = 24 * 60 * 60_000;
const attempt = { attempts: 1, dueAt: now, now, jitter: 0 };
const unreachable: Outcome = { kind: 'unreachable', cause: 'network', error: 'gone', retryAt: null };
const throttled = (retryAt: number | null): Outcome => ({ kind: 'throttled', error: 'slow down', retryAt });
const delivered: Outcome = { kind: 'delivered', providerMessageId: null };
const refused: Outcome = { kind: 'refused', cause: 'http_404', error: 'HTTP 404' };
const skipped: Outcome = { kind: 'skipped', status: 'skipped_dry_run', error: 'dry' };

describe('what becomes of a message after an attempt', () => {
  test('a delivered one is done', () => {
    const next = { status: 'delivered', nextAttemptAt: null, error: null, cause: null };
    expect(decideAttempt(delivered, attempt)).toEqual(next);
  });

  test('a skipped one keeps the reason and is nobody’s fault', () => {
    const next = { status: 'skipped_dry_run', nextAttemptAt: null, error: 'dry', cause: null };
    expect(decideAttempt(skipped, attempt)).toEqual(next);
  });

  test('a refused one has failed at once', () => {
    const next = { status: 'failed', nextAttemptAt: null, error: 'HTTP 404', cause: 'http_404' };
    expect(decideAttempt(refused, attempt)).toEqual(next);
  });

  test.each([
    { attempts: 1, jitter: 0, delayMs: 5_000 },
    { attempts: 1, jitter: 0.5, delayMs: 7_500 },
    { attempts: 4, jitter: 0.999, delayMs: 79_925 },
    { attempts: 12, jitter: 0.999, delayMs: 899_105 },
    { attempts: 5000, jitter: 0.999, delayMs: 899_105 },
  ])(
    'attempt $attempts that reached nobody is repeated after $delayMs ms',
    ({ attempts, jitter, delayMs }) => {
      const next = decideAttempt(unreachable, { ...attempt, attempts, jitter });
      expect(next).toEqual({ status: 'pending', nextAttemptAt: now + delayMs, error: 'gone', cause: null });
    },
  );

  test('a throttled one is repeated at the time that the receiver names', () => {
    expect(decideAttempt(throttled(now + 7_000), attempt).nextAttemptAt).toBe(now + 7_000);
    expect(decideAttempt(throttled(null), attempt).nextAttemptAt).toBe(now + 5_000);
  });

  test('a named time in the past makes no loop, and one in years no message that waits for ever', () => {
    expect(decideAttempt(throttled(now - 7_000), attempt).nextAttemptAt).toBe(now + 1_000);
    expect(decideAttempt(throttled(now + 900 * dayMs), attempt).nextAttemptAt).toBe(now + dayMs);
  });

  test.each([
    { outcome: unreachable, cause: 'network' },
    { outcome: throttled(null), cause: 'throttled' },
  ])('after a day it is dead, by $cause', ({ outcome, cause }) => {
    const late = { ...attempt, dueAt: now - dayMs };
    expect(decideAttempt(outcome, { ...late, now: now - 1 }).status).toBe('pending');
    expect(decideAttempt(outcome, late)).toMatchObject({ status: 'dead', nextAttemptAt: null, cause });
  });
});

describe('what an HTTP answer means', () => {
  test.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [302, 'refused'],
    [400, 'refused'],
    [404, 'refused'],
    [410, 'refused'],
    [408, 'unreachable'],
    [425, 'unreachable'],
    [429, 'throttled'],
    [500, 'unreachable'],
    [503, 'unreachable'],
  ] as const)('%i: %s', (status, kind) => {
    expect(judgeHttpStatus(status, '', null).kind).toBe(kind);
  });

  test('the error says the status and what the receiver said', () => {
    expect(judgeHttpStatus(400, 'no such room', null)).toMatchObject({ error: 'HTTP 400: no such room' });
    expect(judgeHttpStatus(503, '', now)).toMatchObject({ error: 'HTTP 503', retryAt: now });
  });

  test.each([
    ['3', now + 3_000],
    [' 120 ', now + 120_000],
    ['Sun, 01 Mar 2026 12:00:30 GMT', now + 30_000],
    ['soon', null],
    ['99999999999999999999', null],
    [undefined, null],
  ])('Retry-After: %s', (header, at) => {
    expect(readRetryAfter(header, now)).toBe(at);
  });
});

describe('the breaker of a channel', () => {
  const breakerAfter = (outcomes: readonly Outcome[]) =>
    outcomes.reduce((breaker, outcome) => afterOutcome(breaker, outcome, now), closedBreaker);
  const five = Array.from({ length: 5 }, () => unreachable);

  test('five failures of the way in a row pause the channel for 30 s', () => {
    expect(allowedByBreaker(breakerAfter(five.slice(1)), 3, now)).toBe(Number.POSITIVE_INFINITY);
    expect(allowedByBreaker(breakerAfter(five), 0, now + 29_999)).toBe(0);
  });

  test('then one message tries the way, and only one at a time', () => {
    expect(allowedByBreaker(breakerAfter(five), 0, now + 30_000)).toBe(1);
    expect(allowedByBreaker(breakerAfter(five), 1, now + 30_000)).toBe(0);
    expect(allowedByBreaker(breakerAfter(five), 4, now + 30_000)).toBe(0);
  });

  test('one more failure is another pause, an answer ends it', () => {
    const failedAgain = afterOutcome(breakerAfter(five), unreachable, now + 30_000);
    expect(failedAgain.pausedUntil).toBe(now + 60_000);
    expect(afterOutcome(failedAgain, delivered, now)).toEqual(closedBreaker);
    expect(afterOutcome(failedAgain, refused, now)).toEqual(closedBreaker);
    expect(afterOutcome(failedAgain, skipped, now)).toEqual(failedAgain);
  });

  const minuteMs = 60_000;
  /** The breaker after failures in these minutes. */
  const failedAt = (...minutes: number[]) =>
    minutes.reduce(
      (breaker, minute) => afterOutcome(breaker, unreachable, now + minute * minuteMs),
      closedBreaker,
    );
  const aTime = [0, 1, 2, 3, 4];

  test.each<[string, number[], boolean]>([
    ['for a quarter of an hour', [...aTime, 15], true],
    ['for less', [...aTime, 14], false],
    ['in a few attempts only', [0, 5, 10, 15], false],
    ['and was not tried for long in between', [...aTime, 14, 60], false],
  ])('that nothing gets through %s is told: %j', (_, minutes, isTold) => {
    const after = failedAt(...minutes);
    const news = isTold ? { kind: 'silent', cause: 'network' } : null;
    expect(decideNews(failedAt(...minutes.slice(0, -1)), after)).toEqual(news);
    const healed = isTold ? { kind: 'heard', cause: 'network' } : null;
    expect(decideNews(after, closedBreaker)).toEqual(healed);
  });

  test('a receiver that asks for one pause after the other lets nothing through either', () => {
    const before = afterOutcome(closedBreaker, throttled(null), now);
    const after = afterOutcome(before, throttled(null), now + 15 * minuteMs);
    expect(decideNews(closedBreaker, before)).toBeNull();
    expect(decideNews(before, after)).toEqual({ kind: 'silent', cause: 'throttled' });
  });

  test('a receiver that asks for a pause gets it, up to 15 min for the whole channel', () => {
    expect(afterOutcome(closedBreaker, throttled(now + 9_000), now).pausedUntil).toBe(now + 9_000);
    expect(afterOutcome(closedBreaker, throttled(null), now).pausedUntil).toBe(now + 5_000);
    expect(afterOutcome(closedBreaker, throttled(now + dayMs), now).pausedUntil).toBe(now + 900_000);
  });
});

test.each<[NotificationStatus, boolean, boolean]>([
  ['pending', true, true],
  ['sending', true, true],
  ['delivered', true, true],
  ['superseded', true, true],
  ['failed', false, false],
  ['dead', false, false],
  ['skipped_unconfigured', false, false],
  ['skipped_dry_run', false, true],
])('a %s message was or will be heard: %s, in a dry run %s', (status, heard, heardInDryRun) => {
  expect(isHeard(status, false)).toBe(heard);
  expect(isHeard(status, true)).toBe(heardInDryRun);
});
