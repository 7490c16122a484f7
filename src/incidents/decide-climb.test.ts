import { describe, expect, it } from 'vitest';
import type { ClimbStep } from '../config/types.ts';
import { type Climber, decideClimb, decidePutOff } from './decide-climb.ts';

const minuteMs = 60_000;
const openedAt = Date.parse('2026-03-01T12:00:00Z');

function step(afterMinutes: number, channels: string[], match: ClimbStep['match'] = {}): ClimbStep {
  return { afterMs: afterMinutes * minuteMs, channels, match };
}

const steps = [step(15, ['lead']), step(30, ['lead', 'boss']), step(60, ['all'], { severity: ['P0'] })];

function decide(given: Partial<Climber>, minutes: number, asked = steps) {
  const incident: Climber = {
    status: 'open',
    severity: 'P1',
    service: 'api',
    env: 'prod',
    acknowledged_at: null,
    created_at: openedAt,
    reopened_at: null,
    climbed_ms: 0,
    ...given,
  };
  return decideClimb(incident, asked, openedAt + minutes * minuteMs);
}

describe('an incident that nobody has acknowledged', () => {
  it('takes a step at the very moment at which it is due', () => {
    expect(decide({}, 15 - 1 / minuteMs)).toEqual({ climb: false, reason: 'not_due' });
    expect(decide({}, 15)).toEqual({
      climb: true,
      reason: 'not_acknowledged',
      step: steps[0],
      place: 1,
      total: 2,
      channels: ['lead'],
      waitedMs: 15 * minuteMs,
    });
  });

  it('takes each step once, and the next one when that is due', () => {
    const climbed_ms = 15 * minuteMs;
    expect(decide({ climbed_ms }, 29)).toMatchObject({ climb: false, reason: 'not_due' });
    expect(decide({ climbed_ms }, 30)).toMatchObject({ place: 2, channels: ['lead', 'boss'] });
    expect(decide({ climbed_ms: 30 * minuteMs }, 600)).toMatchObject({ climb: false, reason: 'not_due' });
  });

  it('takes what is due late at once, with each channel once', () => {
    expect(decide({ severity: 'P0' }, 600)).toMatchObject({
      place: 3,
      total: 3,
      channels: ['lead', 'boss', 'all'],
      waitedMs: 600 * minuteMs,
    });
  });

  it('waits anew from when it was opened again', () => {
    const reopened_at = openedAt + 100 * minuteMs;
    expect(decide({ reopened_at }, 114)).toMatchObject({ reason: 'not_due' });
    expect(decide({ reopened_at }, 115)).toMatchObject({ place: 1, waitedMs: 15 * minuteMs });
  });

  it('takes the steps behind the last one it took, whatever they are by now', () => {
    const climbed_ms = 15 * minuteMs;
    expect(decide({ climbed_ms }, 16, [step(5, ['a']), step(15, ['b'])])).toMatchObject({ climb: false });
    expect(decide({ climbed_ms }, 16, [step(16, ['c'])])).toMatchObject({ place: 1, channels: ['c'] });
    expect(decide({ climbed_ms }, 16, [])).toMatchObject({ climb: false });
  });

  it.each<[string, ClimbStep['match'], boolean]>([
    ['its severity', { severity: ['P0', 'P1'] }, true],
    ['another severity', { severity: ['P0'] }, false],
    ['its env', { env: ['prod'] }, true],
    ['another env', { env: ['staging'] }, false],
    ['its service', { service: ['shop', 'api'] }, true],
    ['another service', { service: ['shop'] }, false],
    ['its severity and another env', { severity: ['P1'], env: ['staging'] }, false],
  ])('takes the steps for %s: %j', (_, match, climb) => {
    expect(decide({}, 15, [step(15, ['lead'], match)]).climb).toBe(climb);
  });
});

it.each<[string, Partial<Climber>, string]>([
  ['was acknowledged', { acknowledged_at: openedAt }, 'acknowledged'],
  ['is being mitigated', { status: 'mitigating' }, 'not_open'],
  ['is resolved', { status: 'resolved' }, 'not_open'],
  ['is closed', { status: 'closed' }, 'not_open'],
])('an incident that %s takes no step', (_, given, reason) => {
  expect(decide(given, 600)).toEqual({ climb: false, reason });
});

it.each([
  ['nobody was told of the incident', false, 1, 1, false, 'untold'],
  ['all its alerts have ended', true, 2, 0, false, 'healing'],
  ['a silence holds all of them', true, 2, 1, true, 'silenced'],
] as const)('a step is put off while %s', (_, isTold, total, live, isSilenced, reason) => {
  expect(decidePutOff({ isTold, alerts: { total, live }, isSilenced })).toBe(reason);
});

it.each([
  ['has a live alert', 1, 1],
  ['people opened', 0, 0],
])('a step is told of an incident that %s', (_, total, live) => {
  expect(decidePutOff({ isTold: true, alerts: { total, live }, isSilenced: false })).toBeNull();
});
