import { describe, expect, it } from 'vitest';
import { createZones, hostTimezone, isCronProblem, isTimezone, readCron } from './index.ts';

describe('a text that is no expression', () => {
  it.each<[string, number, number, RegExp]>([
    ['', 1, 0, /no field: expected five/],
    ['   ', 1, 0, /no field: expected five/],
    ['0 3 * *', 8, 0, /4 fields: expected five/],
    ['now', 4, 0, /1 field: expected five/],
    ['0 0 3 * * * 2026', 13, 4, /7 fields/],
    ['@reboot', 1, 7, /unknown word "@reboot": expected one of @hourly/],
    [' @never', 2, 6, /unknown word/],
    ['61 3 * * *', 1, 2, /bad minute "61": expected 0–59/],
    ['0  24 * * *', 4, 2, /bad hour "24"/],
    ['0 0 0 * *', 5, 1, /bad day-of-month "0"/],
    ['0 0 32W * *', 5, 2, /bad day-of-month "32"/],
    ['0 0 1 13 *', 7, 2, /bad month "13": expected 1–12 or JAN–DEC/],
    ['0 0 1 L *', 7, 1, /bad month "L"/],
    ['0 0 * * 8', 9, 1, /bad day-of-week "8": expected 0–7 or SUN–SAT/],
    ['0 0 * * XYZ#2', 9, 3, /bad day-of-week "XYZ"/],
    ['0 0 * * MON#6', 9, 5, /bad day-of-week "MON#6"/],
    ['0 0 * * 9L', 9, 1, /bad day-of-week "9"/],
    ['0 0 * * FRI-MON', 9, 7, /from the lower to the higher value$/],
    ['0 0 * * FRI-SUN', 9, 7, /Sunday is 7/],
    ['30-10 * * * *', 1, 5, /from the lower/],
    ['1,2,99 * * * *', 5, 2, /bad minute "99"/],
    ['1,,2 * * * *', 3, 0, /bad minute ""/],
    ['1-70 * * * *', 3, 2, /bad minute "70"/],
    ['*-5 * * * *', 1, 3, /bad minute "\*-5"/],
    ['** * * * *', 1, 2, /bad minute/],
    ['-1 * * * *', 1, 2, /bad minute/],
    ['*/0 * * * *', 3, 1, /bad step "0" of the minute: expected a whole number above 0/],
    ['*/x * * * *', 3, 1, /bad step "x"/],
    ['? * * * *', 1, 1, /bad minute "\?"/],
    ['* * * * * 60', 11, 2, /bad second "60"/],
    ['0 0 31 2,4,jun *', 5, 2, /bad day-of-month "31": with month 2,4,jun there is no such day in 400 years/],
    ['0 0 30 2 */2', 5, 2, /with month 2 and day-of-week \*\/2 there is no such day/],
    ['0 0 30W 2 *', 5, 3, /no such day/],
  ])('%j is refused at its place', (expression, position, length, problem) => {
    expect(readCron(expression, 'UTC')).toEqual({
      problem: expect.stringMatching(problem),
      position,
      length,
    });
  });

  it('is told of before the zone is', () => {
    expect(readCron('x', 'Europe/Nowhere')).toMatchObject({ position: 2 });
    expect(readCron('0 3 * * *', 'Europe/Nowhere')).toEqual({
      problem: 'unknown time zone "Europe/Nowhere": expected an IANA name, as Europe/Riga',
      position: null,
      length: 0,
    });
  });

  it('is none where one of both fields of days comes true', () => {
    expect(isCronProblem(readCron('0 0 30 2 MON', 'UTC'))).toBe(false);
  });
});

describe('what is to be known of the next times', () => {
  it.each<[string, string, string, string[]]>([
    ['0 12 * * *', 'Europe/Riga', '2026-03-28T00:00:00Z', []],
    [
      '@daily',
      'America/Havana',
      '2026-03-06T12:00:00Z',
      [
        '@daily stands for 0 0 * * *.',
        "00:00 doesn't exist on 2026-03-08 in America/Havana: run right after the gap, at 2026-03-08T01:00:00-04:00.",
      ],
    ],
    [
      '10,50 3 * * *',
      'Europe/Riga',
      '2026-03-28T00:00:00Z',
      [
        "03:10 and 03:50 don't exist on 2026-03-29 in Europe/Riga: run right after the gap, at 2026-03-29T04:00:00+03:00.",
      ],
    ],
    [
      '30 3 * * *',
      'Europe/Riga',
      '2026-10-24T00:00:00Z',
      [
        '03:30 happens twice on 2026-10-25 in Europe/Riga: run once, the first time, at 2026-10-25T03:30:00+03:00.',
      ],
    ],
    [
      '30 */3 * * *',
      'Europe/Riga',
      '2026-10-24T20:00:00Z',
      [
        '03:30 happens twice on 2026-10-25 in Europe/Riga: run both times, as a minute or hour that begins with * follows the clock.',
      ],
    ],
    [
      '*/10 * * * *',
      'Europe/Riga',
      '2026-03-29T00:30:00Z',
      [
        "03:00, 03:10 and others don't exist on 2026-03-29 in Europe/Riga: not run, as a minute or hour that begins with * follows the clock.",
      ],
    ],
    [
      '0 0 1 * MON * ',
      'UTC',
      '2026-03-29T00:30:00Z',
      [
        'The sixth field is the second.',
        'It runs on days that match the day-of-month 1 or the day-of-week MON.',
      ],
    ],
    [
      '0 0 */2 * MON',
      'UTC',
      '2026-03-29T00:30:00Z',
      [
        'It runs on days that match both the day-of-month */2 and the day-of-week MON, as one of them begins with *.',
      ],
    ],
  ])('of %s in %s after %s', (expression, timezone, from, notes) => {
    const times = readCron(expression, timezone);
    if (isCronProblem(times)) throw new Error(times.problem);
    expect(times.explain(Date.parse(from), 3).notes).toEqual(notes);
  });
});

it.each([
  ['Europe/Riga', true],
  ['UTC', true],
  ['Europe/Nowhere', false],
  ['', false],
])('knows whether %j is a time zone', (text, isOne) => expect(isTimezone(text)).toBe(isOne));

it.each([
  ['Europe/Riga', 'Europe/Riga'],
  ['Etc/Unknown', 'UTC'],
  ['Europe/Nowhere', 'UTC'],
])('a machine in %j keeps the time of %s', (name, zone) => expect(hostTimezone(name)).toBe(zone));

it("this machine's time zone is one", () => expect(isTimezone(hostTimezone())).toBe(true));

it('a zone is looked up once', () => {
  const zones = createZones();
  expect(zones.find('Europe/Riga')).toBe(zones.find('Europe/Riga'));
  expect(zones.find('Europe/Nowhere')).toBeNull();
});

it('a zone that was asked for very many days forgets them, and still knows each', () => {
  const times = readCron('0 12 * * *', 'Europe/Riga');
  if (isCronProblem(times)) throw new Error(times.problem);
  const first = times.next(0);
  let atMs: number | null = 0;
  for (let day = 0; day < 4100 && atMs !== null; day++) atMs = times.next(atMs);
  expect(atMs).toBe(Date.parse('1981-03-23T12:00:00+03:00'));
  expect(times.next(0)).toBe(first);
});
