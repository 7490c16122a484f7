import { describe, expect, it } from 'vitest';
import type { AlertRow, IncidentRow } from '../store/index.ts';
import { decideRepeat, type RepeatFacts, standingOfAlert, standingOfIncident } from './decide-repeat.ts';

const minuteMs = 60_000;
const intervalMs = 240 * minuteMs;
const nowMs = 1000 * minuteMs;
const told = {
  notification_id: 'n1',
  status: 'delivered',
  sent_at: nowMs - intervalMs,
  repeat_from: 1,
} as const;
const facts: RepeatFacts = { id: 'n1', lane: [told], standing: 'unheard', quietEndMs: null };

describe('whether a thread is told again on a channel', () => {
  it.each<[string, Partial<RepeatFacts>, object]>([
    ['once the interval has passed', {}, { action: 'tell', reason: 'repeat_interval' }],
    [
      'where the last message was given up',
      { lane: [{ ...told, status: 'dead', sent_at: null }] },
      { action: 'tell' },
    ],
    ['not, when it is over', { standing: 'over' }, { action: 'end', reason: 'over' }],
    [
      'not, where a later message has a time of its own',
      { lane: [told, { ...told, notification_id: 'n2' }] },
      { action: 'end', reason: 'overtaken' },
    ],
    [
      'later, where a later message has none',
      { lane: [told, { ...told, notification_id: 'n2', repeat_from: null, sent_at: nowMs - minuteMs }] },
      { action: 'wait', reason: 'told_since', from: nowMs - minuteMs },
    ],
    [
      'later, where the last message came late',
      { lane: [{ ...told, sent_at: nowMs - intervalMs + 1 }] },
      { action: 'wait', reason: 'told_since' },
    ],
    ...(['pending', 'sending'] as const).map((status): [string, Partial<RepeatFacts>, object] => [
      `later, where the last message is ${status}`,
      { lane: [{ ...told, status, sent_at: null }] },
      { action: 'wait', reason: 'on_its_way', from: nowMs },
    ]),
    [
      'later, where somebody has it',
      { standing: 'acknowledged' },
      { action: 'wait', reason: 'acknowledged', from: nowMs },
    ],
    [
      'at the end of quiet hours',
      { quietEndMs: nowMs + 5 * minuteMs },
      { action: 'wait', reason: 'quiet_hours', from: nowMs + 5 * minuteMs - intervalMs },
    ],
  ])('%s', (_, given, expected) => {
    expect(decideRepeat({ ...facts, ...given }, intervalMs, nowMs)).toMatchObject(expected);
  });
});

describe('how stands', () => {
  const open: Pick<IncidentRow, 'status' | 'acknowledged_at'> = { status: 'open', acknowledged_at: null };
  it.each([
    ['unheard', open, null],
    ['healing', open, 'healing'],
    ['acknowledged', { ...open, acknowledged_at: 1 }, null],
    ['mitigating', { ...open, status: 'mitigating' as const }, null],
    ['over', { ...open, status: 'resolved' as const }, null],
    ['over', { ...open, status: 'closed' as const }, null],
    ['over', undefined, null],
  ] as const)('%s: the incident %j that is put off by %s', (standing, incident, putOff) => {
    expect(standingOfIncident(incident, putOff)).toBe(standing);
  });

  const alert = {
    ...{ status: 'acked', retry_at: null, ended_at: null, incident_id: null, silenced_by: null },
    ...{ dedupe_ttl_ms: 30 * minuteMs, ends_at: null, last_seen_at: nowMs - 30 * minuteMs },
  } as AlertRow;
  it.each<[string, Partial<AlertRow> | null]>([
    ['unheard', {}],
    ['unheard', { last_seen_at: 0, dedupe_ttl_ms: null }],
    ['unheard', { last_seen_at: 0, ends_at: nowMs + 1 }],
    ['over', { last_seen_at: nowMs - 30 * minuteMs - 1 }],
    ['over', { ended_at: 1 }],
    ['over', { incident_id: 'inc_1' }],
    ['over', null],
    ['undecided', { silenced_by: 'silence:a' }],
    ['undecided', { status: 'new' }],
  ])('%s: the alert that is %j', (standing, given) => {
    const one = given ? { ...alert, ...given } : undefined;
    expect(standingOfAlert(one, false, nowMs)).toBe(standing);
    const held = standing === 'over' ? 'over' : 'silenced';
    expect(standingOfAlert(one, true, nowMs)).toBe(held);
  });
});
