import { describe, expect, it } from 'vitest';
import { type CronTimes, isTimezone, readCron } from './cron.ts';

function requireCron(expression: string, timezone: string): CronTimes {
  const times = readCron(expression, timezone);
  if (!times) throw new Error(`not read: ${expression}`);
  return times;
}

describe('the times of a cron expression', () => {
  it.each([
    // A Sunday morning in winter and in summer.
    ['0 3 * * SUN', '2026-03-28T12:00:00Z', '2026-03-22T01:00:00Z', '2026-03-29T01:00:00Z'],
    ['0 3 * * SUN', '2026-04-04T12:00:00Z', '2026-03-29T01:00:00Z', '2026-04-05T00:00:00Z'],
    // The time itself is the latest one.
    ['0 3 * * SUN', '2026-03-22T01:00:00Z', '2026-03-22T01:00:00Z', '2026-03-29T01:00:00Z'],
    // 03:30 does not exist on the 29th of March, and comes when the clocks have jumped to 04:00.
    ['30 3 * * *', '2026-03-29T01:10:00Z', '2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z'],
    // 03:30 happens twice on the 25th of October, and counts once.
    ['30 3 * * *', '2026-10-25T02:00:00Z', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'],
  ])('of %s in Riga at %s are right around changes of the clock', (expression, now, latest, next) => {
    const times = requireCron(expression, 'Europe/Riga');
    expect(times.latest(Date.parse(now))).toBe(Date.parse(latest));
    expect(times.next(Date.parse(now))).toBe(Date.parse(next));
  });

  it.each([
    ['', 'UTC'],
    ['every day', 'UTC'],
    ['0 3 * *', 'UTC'],
    ['0 0 3 * * *', 'UTC'],
    ['@daily', 'UTC'],
    ['2026-03-01T00:00:00', 'UTC'],
    ['61 3 * * *', 'UTC'],
    ['0 3 30 2 *', 'UTC'],
    ['0 3 * * *', 'Europe/Nowhere'],
  ])('are none for %j in %s', (expression, timezone) => {
    expect(readCron(expression, timezone)).toBeNull();
  });

  it('know no time before the first and after the last', () => {
    const times = requireCron('0 3 29 2 *', 'UTC');
    expect(times.next(Date.parse('9999-12-31T00:00:00Z'))).toBeNull();
    expect(times.latest(Date.parse('0000-01-01T00:00:00Z'))).toBeNull();
  });
});

it.each([
  ['Europe/Riga', true],
  ['UTC', true],
  ['Europe/Nowhere', false],
  ['', false],
])('knows whether %j is a time zone', (text, isOne) => expect(isTimezone(text)).toBe(isOne));
