import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createZones } from './cron/index.ts';
import { findDuty, type Rotation } from './rotation.ts';

const zones = createZones();
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const wall = (text: string) => Date.parse(`${text}Z`);
const at = (text: string) => Date.parse(text);

/** In Riga clocks go forward on 2026-03-29 from 03:00 to 04:00, and back on 2026-10-25 from 04:00 to 03:00. */
const weekly: Rotation = {
  timezone: 'Europe/Riga',
  startWallMs: wall('2026-03-02T09:00'),
  shiftMs: 7 * dayMs,
  people: ['ann', 'bob', 'cem'],
  overrides: [],
};

function duty(rotation: Partial<Rotation>, time: string) {
  const whole = { ...weekly, ...rotation };
  const zone = zones.find(whole.timezone);
  if (!zone) throw new Error('no such zone');
  const { who, sinceMs, untilMs, next, isOverride } = findDuty(whole, zone, at(time));
  const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString().slice(0, 16));
  return [who, iso(sinceMs), iso(untilMs), next, isOverride];
}

describe('who is on call', () => {
  it('goes round, and changes at the time of day of the start', () => {
    expect(duty({}, '2026-03-02T07:00:00Z')).toEqual([
      'ann',
      '2026-03-02T07:00',
      '2026-03-09T07:00',
      'bob',
      false,
    ]);
    expect(duty({}, '2026-03-09T06:59:59.999Z')[0]).toBe('ann');
    expect(duty({}, '2026-03-09T07:00:00Z')).toEqual([
      'bob',
      '2026-03-09T07:00',
      '2026-03-16T07:00',
      'cem',
      false,
    ]);
    expect(duty({}, '2026-03-23T07:00:00Z')[0]).toBe('ann');
  });

  it('is nobody before the start, and then the first', () => {
    expect(duty({}, '2026-03-01T12:00:00Z')).toEqual([null, null, '2026-03-02T07:00', 'ann', false]);
    expect(duty({}, '2020-03-01T12:00:00Z')).toEqual([null, null, '2026-03-02T07:00', 'ann', false]);
  });

  it('keeps its time of day when the clocks are set', () => {
    expect(duty({}, '2026-03-25T12:00:00Z')).toEqual([
      'ann',
      '2026-03-23T07:00',
      '2026-03-30T06:00',
      'bob',
      false,
    ]);
    expect(duty({ shiftMs: dayMs }, '2026-10-25T12:00:00Z').slice(1, 3)).toEqual([
      '2026-10-25T07:00',
      '2026-10-26T07:00',
    ]);
    expect(duty({ shiftMs: dayMs }, '2026-10-25T06:59:00Z').slice(1, 3)).toEqual([
      '2026-10-24T06:00',
      '2026-10-25T07:00',
    ]);
    expect(duty({ shiftMs: 12 * hourMs }, '2026-03-29T01:00:00Z').slice(1, 3)).toEqual([
      '2026-03-28T19:00',
      '2026-03-29T06:00',
    ]);
  });

  it('changes right after the gap where the clocks skip the time, and once where they show it twice', () => {
    const early = { startWallMs: wall('2026-03-01T03:30'), shiftMs: dayMs };
    expect(duty(early, '2026-03-29T00:59:00Z').slice(1, 3)).toEqual(['2026-03-28T01:30', '2026-03-29T01:00']);
    expect(duty(early, '2026-03-29T01:00:00Z').slice(1, 3)).toEqual(['2026-03-29T01:00', '2026-03-30T00:30']);
    // 03:30 is shown at 00:30Z and again at 01:30Z.
    for (const time of ['2026-10-25T00:30:00Z', '2026-10-25T01:15:00Z', '2026-10-25T01:45:00Z'])
      expect(duty(early, time).slice(1, 3)).toEqual(['2026-10-25T00:30', '2026-10-26T01:30']);
    const hourly = { startWallMs: wall('2026-03-01T03:15'), shiftMs: hourMs };
    expect(duty(hourly, '2026-03-29T00:30:00Z').slice(1, 3)).toEqual([
      '2026-03-29T00:15',
      '2026-03-29T01:00',
    ]);
  });

  it('is who stands in, of several at once the last one', () => {
    const overrides = [
      { who: 'dan', fromWallMs: wall('2026-03-03T18:00'), toWallMs: wall('2026-03-12T09:00') },
      { who: 'eve', fromWallMs: wall('2026-03-04T09:00'), toWallMs: wall('2026-03-05T09:00') },
    ];
    expect(duty({ overrides }, '2026-03-03T12:00:00Z')).toEqual([
      'ann',
      '2026-03-02T07:00',
      '2026-03-03T16:00',
      'dan',
      false,
    ]);
    expect(duty({ overrides }, '2026-03-03T16:00:00Z')).toEqual([
      'dan',
      '2026-03-03T16:00',
      '2026-03-04T07:00',
      'eve',
      true,
    ]);
    expect(duty({ overrides }, '2026-03-04T12:00:00Z')).toEqual([
      'eve',
      '2026-03-04T07:00',
      '2026-03-05T07:00',
      'dan',
      true,
    ]);
    expect(duty({ overrides }, '2026-03-06T12:00:00Z')).toEqual([
      'dan',
      '2026-03-05T07:00',
      '2026-03-12T07:00',
      'bob',
      true,
    ]);
    expect(duty({ overrides }, '2026-03-12T07:00:00Z')).toEqual([
      'bob',
      '2026-03-12T07:00',
      '2026-03-16T07:00',
      'cem',
      false,
    ]);
  });

  it('may be who stands in before the start', () => {
    const overrides = [
      { who: 'dan', fromWallMs: wall('2026-02-01T00:00'), toWallMs: wall('2026-02-02T00:00') },
    ];
    expect(duty({ overrides }, '2026-02-01T12:00:00Z')).toEqual([
      'dan',
      '2026-01-31T22:00',
      '2026-02-01T22:00',
      null,
      true,
    ]);
    expect(duty({ overrides }, '2026-02-10T12:00:00Z')).toEqual([
      null,
      '2026-02-01T22:00',
      '2026-03-02T07:00',
      'ann',
      false,
    ]);
  });
});

describe('any rotation', () => {
  const minute = fc.integer({
    min: at('2025-01-01T00:00:00Z') / 60_000,
    max: at('2028-01-01T00:00:00Z') / 60_000,
  });
  const rotation = fc.record({
    timezone: fc.constantFrom(
      'Europe/Riga',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
      'UTC',
    ),
    startWallMs: minute.map((minutes) => minutes * 60_000),
    shiftMs: fc.constantFrom(hourMs, 8 * hourMs, dayMs, 7 * dayMs),
    people: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 }),
    overrides: fc.array(
      fc.tuple(minute, fc.integer({ min: 1, max: 20_000 })).map(([from, minutes]) => ({
        who: `x${from}`,
        fromWallMs: from * 60_000,
        toWallMs: (from + minutes) * 60_000,
      })),
      { maxLength: 3 },
    ),
  });

  it('hands over without a gap: what it says of now and next is what it says then', () => {
    fc.assert(
      fc.property(rotation, minute, (whole, minutes) => {
        const zone = zones.find(whole.timezone);
        if (!zone) throw new Error('no such zone');
        const nowMs = minutes * 60_000;
        const duty = findDuty(whole, zone, nowMs);
        expect(duty.untilMs).toBeGreaterThan(nowMs);
        expect(findDuty(whole, zone, duty.untilMs).who).toBe(duty.next);
        expect(findDuty(whole, zone, duty.untilMs - 1)).toEqual(duty);
        if (duty.who === null) return;
        expect(duty.sinceMs).toBeLessThanOrEqual(nowMs);
        expect(findDuty(whole, zone, duty.sinceMs ?? 0)).toEqual(duty);
      }),
    );
  });

  it('of whole days hands over at the time of day of its start, unless the clocks skip that', () => {
    const daily = fc.record({ days: fc.integer({ min: 1, max: 14 }), start: minute, now: minute });
    fc.assert(
      fc.property(
        daily,
        fc.constantFrom('Europe/Riga', 'America/New_York'),
        ({ days, start, now }, timezone) => {
          const zone = zones.find(timezone);
          if (!zone) throw new Error('no such zone');
          const startWallMs = start * 60_000;
          const whole = { timezone, startWallMs, shiftMs: days * dayMs, people: ['a', 'b'], overrides: [] };
          const { untilMs } = findDuty(whole, zone, now * 60_000);
          const isSkipped = zone.nextChange(untilMs - 1, untilMs) === untilMs;
          const timeOfDay = (wallMs: number) => wallMs % dayMs;
          if (!isSkipped) expect(timeOfDay(untilMs + zone.offsetMs(untilMs))).toBe(timeOfDay(startWallMs));
        },
      ),
    );
  });
});
