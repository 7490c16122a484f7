import { describe, expect, it, test } from 'vitest';
import type { RouteFacts } from '../../core/hand-over.ts';
import { createSilenceTest, decideHeld, decideState } from './decide.ts';
import { holderOf, readInhibition } from './holder.ts';
import type { Silence, SilenceSchedule } from './types.ts';

const at = (text: string) => Date.parse(text);
const hourMs = 3_600_000;
const weekly: SilenceSchedule = {
  kind: 'cron',
  cron: '0 3 * * SUN',
  timezone: 'Europe/Riga',
  durationMs: 2 * hourMs,
};
const once: SilenceSchedule = {
  kind: 'once',
  startsAt: at('2026-03-01T12:00:00Z'),
  endsAt: at('2026-03-01T13:00:00Z'),
};

describe('where a schedule stands', () => {
  it.each<[string, SilenceSchedule, string, object]>([
    ['before a single time', once, '2026-03-01T11:59:59.999Z', { state: 'pending' }],
    ['at its start', once, '2026-03-01T12:00:00Z', { state: 'active', endsAt: once.endsAt }],
    ['a moment before its end', once, '2026-03-01T12:59:59.999Z', { state: 'active' }],
    ['at its end', once, '2026-03-01T13:00:00Z', { state: 'expired' }],
    [
      'without start and end',
      { kind: 'once', startsAt: null, endsAt: null },
      '2026-03-01T13:00:00Z',
      { state: 'active', startsAt: null, endsAt: null },
    ],
    [
      'in a weekly time',
      weekly,
      '2026-03-22T02:59:59.999Z',
      { state: 'active', startsAt: at('2026-03-22T01:00:00Z'), endsAt: at('2026-03-22T03:00:00Z') },
    ],
    [
      'after a weekly time',
      weekly,
      '2026-03-22T03:00:00Z',
      { state: 'pending', startsAt: at('2026-03-29T01:00:00Z'), endsAt: at('2026-03-29T03:00:00Z') },
    ],
    // At 01:00Z the clocks jump from 03:00 to 04:00; the two hours are two hours all the same.
    [
      'in a weekly time that a change of the clock skips',
      weekly,
      '2026-03-29T02:59:59Z',
      { state: 'active', startsAt: at('2026-03-29T01:00:00Z'), endsAt: at('2026-03-29T03:00:00Z') },
    ],
    // 03:00 happens twice on the 25th of October; two hours later it is 04:00 there.
    [
      'at the end of a weekly time in which an hour happens twice',
      weekly,
      '2026-10-25T02:00:00Z',
      { state: 'pending', startsAt: at('2026-11-01T01:00:00Z') },
    ],
    [
      'after the last time before the year 10000',
      { kind: 'cron', cron: '0 0 29 2 *', timezone: 'UTC', durationMs: hourMs },
      '9999-01-01T00:00:00Z',
      { state: 'expired', startsAt: null, endsAt: null },
    ],
    [
      'with times that run into each other',
      { kind: 'cron', cron: '0 * * * *', timezone: 'UTC', durationMs: 2 * hourMs },
      '2026-03-01T12:30:00Z',
      { state: 'active', startsAt: at('2026-03-01T12:00:00Z'), endsAt: at('2026-03-01T14:00:00Z') },
    ],
    [
      'with an expression that is none',
      { kind: 'cron', cron: 'never', timezone: 'UTC', durationMs: hourMs },
      '2026-03-01T12:30:00Z',
      { state: 'expired', startsAt: null, endsAt: null },
    ],
  ])('%s', (_, schedule, now, expected) => {
    expect(decideState(schedule, at(now))).toMatchObject(expected);
  });
});

const facts: RouteFacts = {
  severity: 'P1',
  env: 'prod',
  service: 'api',
  kind: 'latency',
  components: [],
  source: 'm@n',
  labels: {},
};

function silence(id: string, match: Silence['match'], schedule: SilenceSchedule): Silence {
  return {
    id,
    kind: 'silence',
    origin: 'api',
    match,
    schedule,
    comment: null,
    createdBy: null,
    createdAt: null,
    expiredBy: null,
  };
}

test('an alert is held by the first silence that is on and matches', () => {
  const always: SilenceSchedule = { kind: 'once', startsAt: null, endsAt: null };
  const silenceOf = createSilenceTest(
    [
      silence('other', { service: ['web'] }, always),
      silence('over', { service: ['api'] }, once),
      silence('first', { service: ['api'] }, always),
      silence('second', { env: ['prod'] }, always),
    ],
    at('2026-03-01T13:00:00Z'),
  );
  expect(silenceOf(facts)?.id).toBe('first');
  expect(silenceOf({ ...facts, service: 'db' })?.id).toBe('second');
  expect(silenceOf({ ...facts, service: 'db', env: 'staging' })).toBeNull();
});

describe('what a silence held', () => {
  const other = silence('b', {}, once);
  it.each([
    ['stays while it holds', 'acked', silence('a', {}, once), { action: 'keep', reason: 'still_silenced' }],
    ['is handed to another one', 'acked', other, { action: 'hand_over', reason: 'silenced', holder: other }],
    ['comes round again when none holds it', 'acked', null, { action: 'release', reason: 'silence_ended' }],
    ['is decided about anyway while it waits', 'new', null, { action: 'forget', reason: 'silence_ended' }],
    ['is left to the worker that has it', 'processing', null, { action: 'forget', reason: 'silence_ended' }],
    ['is left to its retry', 'failed', null, { action: 'forget', reason: 'silence_ended' }],
    ['is left to people where it is dead', 'dead', null, { action: 'forget', reason: 'silence_ended' }],
  ] as const)('%s', (_, status, holder, expected) => {
    expect(decideHeld({ status }, 'a', holder)).toEqual(expected);
  });
});

describe('what another alert inhibited', () => {
  const [first, second] = ['A', 'B'].map((alertRef) => holderOf({ name: 'db-down', alertRef }));
  it.each([
    ['stays while that alert holds it', 'acked', first, { action: 'keep', reason: 'still_inhibited' }],
    [
      'is handed to another one',
      'acked',
      second,
      { action: 'hand_over', reason: 'inhibited', holder: second },
    ],
    [
      'is handed to a silence',
      'acked',
      { id: 'a' },
      { action: 'hand_over', reason: 'silenced', holder: { id: 'a' } },
    ],
    [
      'comes round again when none holds it',
      'acked',
      null,
      { action: 'release', reason: 'inhibition_ended' },
    ],
    ['is decided about anyway while it waits', 'new', null, { action: 'forget', reason: 'inhibition_ended' }],
  ] as const)('%s', (_, status, holder, expected) => {
    expect(decideHeld({ status }, first?.id ?? '', holder ?? null)).toEqual(expected);
  });
});

test('the id of a holder says by which inhibition and which alert, or that it is none', () => {
  const inhibition = { name: 'db-down', alertRef: 'alrt_1' };
  expect(holderOf(inhibition)).toEqual({ id: 'inhibition:db-down/alrt_1' });
  expect(readInhibition('inhibition:db-down/alrt_1')).toEqual(inhibition);
  for (const id of ['sil_1', 'silence:db-down', 'maintenance:a', 'inhibition:', 'inhibition:a'])
    expect(readInhibition(id)).toBeNull();
});
