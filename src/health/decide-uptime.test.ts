import { describe, expect, it, test } from 'vitest';
import {
  decideUptime,
  decideUptimeRatio,
  type KnownStatus,
  type StatusStep,
  type StatusTimes,
  sumTimes,
} from './decide-uptime.ts';

const hourMs = 3_600_000;
const at = (time: string) => Date.parse(`2026-03-${time}Z`);
const from = at('01T00:00');

const step = (
  time: string,
  status: StatusStep['status'],
  before: StatusStep['before'] = 'unknown',
): StatusStep => ({
  at: at(time),
  status,
  before,
});
const work = (start: string, end: string) => ({ fromMs: at(start), untilMs: at(end) });

/** Hours of each day, as `ok 20 down 4`; what is 0 is left out. */
function show(known: Partial<KnownStatus>, now: string): string[] {
  return decideUptime({ steps: [], maintenance: [], ...known }, from, at(now)).map(({ dayAt, ...times }) => {
    const hours = Object.entries(times).flatMap(([kind, ms]) => (ms === 0 ? [] : `${kind} ${ms / hourMs}`));
    return [new Date(dayAt).toISOString().slice(8, 10), ...hours].join(' ');
  });
}

describe('the days of a component', () => {
  it('are unknown where nothing is known, and today ends now', () => {
    expect(show({}, '02T06:00')).toEqual(['01 unknown 24', '02 unknown 6']);
    expect(show({ steps: [step('01T18:00', 'ok')] }, '02T06:00')).toEqual(['01 ok 6 unknown 18', '02 ok 6']);
  });

  it('begin as the first step found it, or as one before them left it, however long ago', () => {
    const [ok, down] = [step('01T04:00', 'ok', 'degraded'), step('01T10:00', 'down', 'ok')];
    expect(show({ steps: [ok, down] }, '01T12:00')).toEqual(['01 ok 6 degraded 4 down 2']);
    expect(show({ steps: [{ ...ok, at: 0 }] }, '01T12:00')).toEqual(['01 ok 12']);
    const both = [ok, { ...down, at: ok.at }];
    expect(show({ steps: both }, '01T12:00')).toEqual(['01 degraded 4 down 8']);
  });

  it('each have their part of an outage over midnight', () => {
    const steps = [step('01T00:00', 'ok'), step('01T23:00', 'down'), step('03T02:00', 'ok')];
    expect(show({ steps }, '03T12:00')).toEqual(['01 ok 23 down 1', '02 down 24', '03 ok 10 down 2']);
  });

  it('do not count what nobody knows', () => {
    const steps = [step('01T00:00', 'ok'), step('01T10:00', 'unknown'), step('01T12:00', 'degraded')];
    expect(show({ steps }, '02T00:00')).toEqual(['01 ok 10 degraded 12 unknown 2', '02']);
  });

  it('have planned work by itself, whatever the status was, and once where plans overlap', () => {
    const steps = [step('01T00:00', 'ok'), step('01T05:00', 'down'), step('01T10:00', 'ok')];
    const maintenance = [
      work('01T04:00', '01T08:00'),
      work('01T05:00', '01T06:00'),
      work('01T07:00', '01T09:00'),
    ];
    expect(show({ steps, maintenance }, '02T00:00')).toEqual(['01 ok 18 down 1 maintenance 5', '02']);
  });

  it('have the part of planned work that is within them, and none of what is still to come', () => {
    const steps = [step('01T00:00', 'ok'), step('09T00:00', 'down')];
    const early = { fromMs: at('01T00:00') - hourMs, untilMs: at('01T02:00') };
    const maintenance = [early, work('01T20:00', '05T00:00'), work('07T00:00', '08T00:00')];
    expect(show({ steps, maintenance }, '02T12:00')).toEqual(['01 ok 18 maintenance 6', '02 maintenance 12']);
  });

  it('add up to the time that has passed', () => {
    const steps = [step('01T03:00', 'ok'), step('02T05:30', 'down'), step('02T05:31', 'ok')];
    const total = sumTimes(decideUptime({ steps, maintenance: [] }, from, at('04T07:00')));
    expect(total).toEqual({
      ok: (3 * 24 + 7 - 3) * hourMs - 60_000,
      degraded: 0,
      down: 60_000,
      unknown: 3 * hourMs,
      maintenance: 0,
    });
  });
});

test.each<[Partial<StatusTimes>, number | null]>([
  [{ ok: 90, down: 10 }, 0.9],
  [{ ok: 80, degraded: 10, down: 10 }, 0.9],
  [{ ok: 9, down: 1, unknown: 500, maintenance: 500 }, 0.9],
  [{ down: 10 }, 0],
  [{ unknown: 10, maintenance: 10 }, null],
  [{}, null],
])('of %o the ratio is %s', (times, expected) => {
  const none = { ok: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };
  expect(decideUptimeRatio({ ...none, ...times })).toBe(expected);
});
