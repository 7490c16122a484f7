import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type CronTimes, isCronProblem, readCron } from './index.ts';

/** Next times by the rules of Debian's cron, as another program answers them. */
const file = new URL('../../../test/fixtures/cron-vectors.json', import.meta.url);
type Vector = { expr: string; tz: string; from_: string; next?: string[]; error?: string };
const vectors = (JSON.parse(readFileSync(file, 'utf8')) as { cases: Vector[] }).cases;

function requireCron(expression: string, timezone: string): CronTimes {
  const times = readCron(expression, timezone);
  if (isCronProblem(times)) throw new Error(times.problem);
  return times;
}

it.each(vectors)('$expr in $tz after $from_ comes as recorded', ({ expr, tz, from_, next, error }) => {
  if (!next) return expect(() => requireCron(expr, tz)).toThrow(error?.toLowerCase());
  const times = requireCron(expr, tz);
  const found = times.explain(Date.parse(from_), next.length).next;
  expect(found.map(({ iso }) => iso)).toEqual(next);
  for (const { atMs } of found) {
    expect(times.latest(atMs)).toBe(atMs);
    expect(times.latest(atMs + 1)).toBe(atMs);
    expect(times.latest(atMs - 1)).not.toBe(atMs);
  }
});

/** What the recorded ones leave open: other zones, other kinds of days, seconds. */
it.each<[string, string, string, string[]]>([
  // The clocks of Riga show 03:00–04:00 twice.
  [
    '30 3 * * *',
    'Europe/Riga',
    '2026-10-25T00:00:00+03:00',
    ['10-25T03:30:00+03:00', '10-26T03:30:00+02:00'],
  ],
  [
    '0 3,4 * * *',
    'Europe/Riga',
    '2026-10-25T03:30:00+03:00',
    ['10-25T04:00:00+02:00', '10-26T03:00:00+02:00'],
  ],
  ['30 3 * * *', 'Europe/Riga', '2026-10-25T03:10:00+02:00', ['10-26T03:30:00+02:00']],
  [
    '30 * * * *',
    'Europe/Riga',
    '2026-10-25T03:00:00+03:00',
    ['10-25T03:30:00+03:00', '10-25T03:30:00+02:00'],
  ],
  [
    '*/30 3 * * *',
    'Europe/Riga',
    '2026-10-25T03:40:00+03:00',
    ['10-25T03:00:00+02:00', '10-25T03:30:00+02:00'],
  ],
  // 02:30 of Lord Howe, half an hour twice.
  [
    '45 1 * * *',
    'Australia/Lord_Howe',
    '2024-04-07T00:00:00+11:00',
    ['04-07T01:45:00+11:00', '04-08T01:45:00+10:30'],
  ],
  [
    '*/15 1 * * *',
    'Australia/Lord_Howe',
    '2024-04-07T01:40:00+11:00',
    ['04-07T01:45:00+11:00', '04-07T01:30:00+10:30'],
  ],
  // A midnight that doesn't exist, and the day before.
  [
    '30 23 * * *',
    'Asia/Beirut',
    '2024-03-30T12:00:00+02:00',
    ['03-30T23:30:00+02:00', '03-31T23:30:00+03:00'],
  ],
  ['0 0 * * *', 'Asia/Beirut', '2024-03-30T12:00:00+02:00', ['03-31T01:00:00+03:00', '04-01T00:00:00+03:00']],
  [
    '15,45 0 * * SUN',
    'America/Havana',
    '2024-03-09T12:00:00-05:00',
    ['03-10T01:00:00-04:00', '03-17T00:15:00-04:00'],
  ],
  // Havana's clocks are set back from 01:00 to 00:00, so that this Sunday begins twice.
  [
    '0 0 * * *',
    'America/Havana',
    '2024-11-02T12:00:00-04:00',
    ['11-03T00:00:00-04:00', '11-04T00:00:00-05:00'],
  ],
  // The 30th of December 2011 is no day in Samoa.
  [
    '30 2 * * *',
    'Pacific/Apia',
    '2011-12-29T12:00:00-10:00',
    ['12-31T00:00:00+14:00', '12-31T02:30:00+14:00'],
  ],
  ['0 0 30 12 *', 'Pacific/Apia', '2011-12-29T12:00:00-10:00', ['12-31T00:00:00+14:00']],
  [
    '0 * * * *',
    'Pacific/Apia',
    '2011-12-29T22:30:00-10:00',
    ['12-29T23:00:00-10:00', '12-31T00:00:00+14:00'],
  ],
  // Local time by the sun, in seconds.
  ['0 12 * * *', 'Europe/Riga', '1870-01-01T00:00:00Z', ['01-01T12:00:00+01:36:34']],
  ['0 12 * * *', 'America/New_York', '1870-01-01T00:00:00Z', ['01-01T12:00:00-04:56:02']],
])('%s in %s after %s comes at %j', (expression, timezone, from, next) => {
  const found = requireCron(expression, timezone).explain(Date.parse(from), next.length).next;
  expect(found.map(({ iso }) => iso.slice(5))).toEqual(next);
});

it.each<[string, string[]]>([
  ['0 0 * * 0', ['01-04', '01-11']],
  ['0 0 * * sun', ['01-04', '01-11']],
  ['0 0 * * 5-7', ['01-02', '01-03', '01-04', '01-09']],
  ['0 0 * * fri,Mon', ['01-02', '01-05', '01-09']],
  ['0 0 * * mon-wed', ['01-05', '01-06', '01-07', '01-12']],
  // From Monday, every other day up to 7: Sunday.
  ['0 0 * * 1/2', ['01-02', '01-04', '01-05', '01-07']],
  ['0 0 13 * FRI', ['01-02', '01-09', '01-13', '01-16']],
  ['0 0 */13 * FRI', ['02-27', '03-27', '05-01']],
  ['0 0 13 * */5', ['02-13', '03-13', '09-13']],
  ['0 0 1/15 * *', ['01-16', '01-31', '02-01']],
  ['0 0 10-14/2 feb *', ['02-10', '02-12', '02-14']],
  ['0 0 LW * *', ['01-30', '02-27', '03-31', '04-30', '05-29']],
  ['0 0 1W * *', ['02-02', '03-02', '04-01', '05-01']],
  ['0 0 1W aug *', ['08-03']],
  ['0 0 15w * *', ['01-15', '02-16', '03-16', '04-15']],
  ['0 0 31W * *', ['01-30', '03-31', '05-29', '07-31']],
  ['0 0 4W * *', ['01-05', '02-04', '03-04', '04-03']],
  ['0 0 L,10 * *', ['01-10', '01-31', '02-10', '02-28']],
  ['0 0 * * MON#1,mon#3', ['01-05', '01-19', '02-02', '02-16']],
  ['0 0 * * 0#5', ['03-29', '05-31', '08-30']],
  ['0 0 * * 7L', ['01-25', '02-22', '03-29']],
  ['0 0 * * satL', ['01-31', '02-28', '03-28']],
  ['0 0 L * 1', ['01-05', '01-12', '01-19', '01-26', '01-31']],
  ['@monthly', ['02-01', '03-01']],
  [' @Weekly ', ['01-04', '01-11']],
  ['@annually', ['01-01']],
])('the days of %s are %j', (expression, days) => {
  const found = requireCron(expression, 'UTC').explain(Date.parse('2026-01-01T00:00:00Z'), days.length).next;
  expect(found.map(({ iso }) => iso.slice(5, 10))).toEqual(days);
});

it.each<[string, string[]]>([
  ['0-59/15 5 * * *', ['05:00:00', '05:15:00', '05:30:00']],
  ['5/15 * * * *', ['00:05:00', '00:20:00', '00:35:00', '00:50:00', '01:05:00']],
  ['50/90 * * * *', ['00:50:00', '01:50:00']],
  ['*/99999999999999999999 * * * *', ['01:00:00', '02:00:00']],
  ['1,1,2 * * * *', ['00:01:00', '00:02:00', '01:01:00']],
  ['0 22-23 * * *', ['22:00:00', '23:00:00', '22:00:00']],
  ['@hourly', ['01:00:00', '02:00:00']],
  ['@midnight', ['00:00:00', '00:00:00']],
  ['* * * * * */15', ['00:00:15', '00:00:30', '00:00:45', '00:01:00']],
  ['59 23 * * * 59', ['23:59:59', '23:59:59']],
  ['0 0 * * * 0,30', ['00:00:30', '00:00:00', '00:00:30']],
])('the times of %s are %j', (expression, times) => {
  const found = requireCron(expression, 'UTC').explain(Date.parse('2026-01-01T00:00:00Z'), times.length).next;
  expect(found.map(({ iso }) => iso.slice(11, 19))).toEqual(times);
});

it('a part of a second counts for the second that it began', () => {
  const times = requireCron('0 0 * * *', 'UTC');
  const midnight = Date.parse('2026-01-02T00:00:00Z');
  expect(times.next(midnight - 1)).toBe(midnight);
  expect(times.next(midnight)).toBe(midnight + 86_400_000);
  expect(times.latest(midnight - 1)).toBe(midnight - 86_400_000);
});

it('no time lies before the year 0 or after the year 9999', () => {
  const times = requireCron('0 3 29 2 *', 'Europe/Riga');
  expect(times.next(Date.parse('9999-12-30T00:00:00Z'))).toBeNull();
  expect(times.next(Number.MAX_SAFE_INTEGER)).toBeNull();
  expect(times.next(-Number.MAX_SAFE_INTEGER)).toBe(times.next(Date.parse('0000-01-01T00:00:00Z')));
  expect(times.latest(Date.parse('0000-01-01T00:00:00Z'))).toBeNull();
  expect(times.latest(-Number.MAX_SAFE_INTEGER)).toBeNull();
  const last = times.explain(Date.parse('9990-01-01T00:00:00Z'), 5);
  expect(last.next.map(({ iso }) => iso.slice(0, 10))).toEqual(['9992-02-29', '9996-02-29']);
  expect(last.notes).toEqual(['After these there is none before the year 10000.']);
});
