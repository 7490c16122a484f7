import { describe, expect, it } from 'vitest';
import type { AlertStatus } from '../store/index.ts';
import {
  decideFailure,
  decideReport,
  endOf,
  type HandMove,
  isDistinctReport,
  type LiveAlert,
  mayMove,
} from './decide.ts';

const nowMs = 1_000_000_000;
const minuteMs = 60_000;
const statuses: readonly AlertStatus[] = ['new', 'processing', 'acked', 'failed', 'dead'];

const live = (changes: Partial<LiveAlert> = {}): LiveAlert => ({
  status: 'acked',
  severity: 'P2',
  announced: 0,
  first_seen_at: nowMs - 10 * minuteMs,
  last_seen_at: nowMs - minuteMs,
  started_at: nowMs - 20 * minuteMs,
  dedupe_ttl_ms: 30 * minuteMs,
  ...changes,
});

const firing = { status: 'firing', severity: 'P2', endsAt: null } as const;
const resolved = { ...firing, status: 'resolved' } as const;
const policy = { dedupeMaxMs: 24 * 60 * minuteMs };

describe('a report', () => {
  it('of something that is not live makes a new alert', () => {
    expect(decideReport(null, firing, nowMs, policy)).toEqual({ action: 'create', reason: 'first' });
  });

  it.each(statuses)('of the same severity leaves an alert that is %s as it is', (status) => {
    expect(decideReport(live({ status }), firing, nowMs, policy)).toEqual({
      action: 'repeat',
      reason: 'deduped_within_ttl',
      status,
      severity: 'P2',
      rose: false,
    });
  });

  it.each([
    ['new', 'new', false],
    ['processing', 'processing', true],
    ['acked', 'new', false],
    ['failed', 'failed', false],
    ['dead', 'dead', false],
  ] as const)('of a higher severity makes of %s: %s, and tells its worker: %s', (status, next, rose) => {
    expect(decideReport(live({ status }), { ...firing, severity: 'P0' }, nowMs, policy)).toEqual({
      action: 'repeat',
      reason: 'severity_raised',
      status: next,
      severity: 'P0',
      rose,
    });
  });

  it('of a lower severity keeps the highest that was seen', () => {
    expect(decideReport(live(), { ...firing, severity: 'INFO' }, nowMs, policy)).toMatchObject({
      reason: 'deduped_within_ttl',
      severity: 'P2',
    });
  });

  it.each([
    ['at the end of the TTL', { last_seen_at: nowMs - 30 * minuteMs }, 'repeat', 'deduped_within_ttl'],
    ['past the TTL', { last_seen_at: nowMs - 30 * minuteMs - 1 }, 'supersede', 'past_ttl'],
    ['at the longest dedupe', { first_seen_at: nowMs - policy.dedupeMaxMs }, 'repeat', 'deduped_within_ttl'],
    [
      'past the longest dedupe',
      { first_seen_at: nowMs - policy.dedupeMaxMs - 1 },
      'supersede',
      'past_dedupe_max',
    ],
    [
      'without a TTL, however old',
      { dedupe_ttl_ms: null, last_seen_at: 0, first_seen_at: 0 },
      'repeat',
      'deduped_within_ttl',
    ],
  ] as const)('%s: %s', (_, changes, action, reason) => {
    expect(decideReport(live(changes), firing, nowMs, policy)).toMatchObject({ action, reason });
  });
});

describe('the end of a problem', () => {
  it('is ignored where nothing is live', () => {
    expect(decideReport(null, resolved, nowMs, policy)).toEqual({
      action: 'ignore',
      reason: 'nothing_to_resolve',
    });
  });

  it('of an earlier episode is ignored', () => {
    const late = { ...resolved, endsAt: nowMs - 20 * minuteMs - 1 };
    expect(decideReport(live(), late, nowMs, policy)).toEqual({
      action: 'ignore',
      reason: 'resolve_is_older',
    });
    expect(decideReport(live(), { ...late, endsAt: late.endsAt + 1 }, nowMs, policy).action).toBe('end');
  });

  it('ends a live alert even past its TTL', () => {
    expect(decideReport(live({ last_seen_at: 0 }), resolved, nowMs, policy).action).toBe('end');
  });

  it.each([
    ['new', 0, 'acked', 'resolved_before_triage'],
    ['new', 1, 'acked', 'resolved'],
    ['failed', 0, 'acked', 'resolved_before_triage'],
    ['processing', 0, 'processing', 'resolved'],
    ['acked', 0, 'acked', 'resolved'],
    ['dead', 1, 'dead', 'resolved'],
  ] as const)('makes of %s, announced %i: %s, %s', (status, announced, next, reason) => {
    expect(endOf({ status, announced })).toEqual({ status: next, reason });
    expect(decideReport(live({ status, announced }), resolved, nowMs, policy)).toEqual({
      action: 'end',
      status: next,
      reason,
    });
  });
});

it.each([
  [0, 300_000, { status: 'failed', attempts: 1, retryDelayMs: 300_000 }],
  [1, 300_000, { status: 'failed', attempts: 2, retryDelayMs: 600_000 }],
  [3, 300_000, { status: 'failed', attempts: 4, retryDelayMs: 2_400_000 }],
  [3, 900_000, { status: 'failed', attempts: 4, retryDelayMs: 3_600_000 }],
  [4, 300_000, { status: 'dead', attempts: 5, retryDelayMs: null }],
  [9, 300_000, { status: 'dead', attempts: 10, retryDelayMs: null }],
])('after %i attempts a failure that waits %i ms leads to %j', (attempts, retryAfterMs, next) => {
  expect(decideFailure(attempts, retryAfterMs, 5)).toEqual(next);
});

it.each<[HandMove, readonly AlertStatus[]]>([
  ['requeue', ['processing', 'acked', 'failed', 'dead']],
  ['retry', ['failed', 'dead']],
  ['ack', ['new', 'processing', 'failed', 'dead']],
])('%s by hand is legal from %j alone', (move, legal) => {
  expect(statuses.filter((status) => mayMove(move, status))).toEqual(legal);
});

describe('a repeat', () => {
  const repeat = { startedAt: null, endsAt: null, dedupeTtlMs: 1000 };

  it.each([
    ['is a report of its own', repeat, true],
    ['is one where it names another beginning', { ...repeat, startedAt: 6 }, true],
    ['is none where it names the same beginning', { ...repeat, startedAt: 5 }, false],
    ['is none where it only promises the next', { ...repeat, endsAt: 9 }, false],
    ['is none where its alert lives until it heals', { ...repeat, dedupeTtlMs: null }, false],
  ])('%s', (_, report, isDistinct) => {
    expect(isDistinctReport({ started_at: 5 }, report)).toBe(isDistinct);
  });
});
