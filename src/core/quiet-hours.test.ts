import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createZones } from './cron/index.ts';
import { findQuietEnd, type QuietHours } from './quiet-hours.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const stepMs = 15 * 60_000;
const zones = createZones();

function hours(from: number, to: number, given: Partial<QuietHours> = {}): QuietHours {
  return { fromMs: from * hourMs, toMs: to * hourMs, days: null, timezone: 'Europe/Riga', ...given };
}

function endOf(quiet: QuietHours, at: string): string | null {
  const endMs = findQuietEnd(quiet, zones, Date.parse(at));
  return endMs === null ? null : new Date(endMs).toISOString();
}

const night = hours(22, 7);
const weekend = hours(0, 24, { days: [0, 6] });

describe('quiet hours end', () => {
  it.each<[string, QuietHours, string, string | null]>([
    ['not, a moment before they begin', night, '2026-03-02T19:59:59.999Z', null],
    ['in the morning, from their beginning on', night, '2026-03-02T20:00:00Z', '2026-03-03T05:00:00.000Z'],
    ['in the morning, after midnight', night, '2026-03-03T04:59:59.999Z', '2026-03-03T05:00:00.000Z'],
    ['not, once they are over', night, '2026-03-03T05:00:00Z', null],
    ['at noon, by day', hours(9, 12), '2026-03-03T07:30:00Z', '2026-03-03T10:00:00.000Z'],
    ['at midnight', hours(22, 0), '2026-03-02T21:00:00Z', '2026-03-02T22:00:00.000Z'],
    // The clocks jump from 03:00 to 04:00 at 01:00Z, and go back from 04:00 to 03:00 in autumn.
    ['an hour sooner where the clocks jump', night, '2026-03-28T20:00:00Z', '2026-03-29T04:00:00.000Z'],
    ['an hour later where they go back', night, '2026-10-24T19:00:00Z', '2026-10-25T05:00:00.000Z'],
    ['at the jump that skips their end', hours(22, 3.5), '2026-03-28T20:00:00Z', '2026-03-29T01:00:00.000Z'],
    ['not, where they are skipped', hours(3.25, 3.5), '2026-03-29T01:10:00Z', null],
    ['on Monday, from Saturday on', weekend, '2026-03-06T22:00:00Z', '2026-03-08T22:00:00.000Z'],
    ['not, on Friday', weekend, '2026-03-06T21:59:59Z', null],
    [
      'on the day after the one on which they begin',
      hours(22, 7, { days: [5] }),
      '2026-03-07T04:00:00Z',
      '2026-03-07T05:00:00.000Z',
    ],
    ['not, on a day on which they do not begin', hours(22, 7, { days: [5] }), '2026-03-07T21:00:00Z', null],
    [
      'after eight days, where they never would',
      hours(0, 24),
      '2026-03-01T22:00:00Z',
      '2026-03-09T22:00:00.000Z',
    ],
    ['not, in a zone that is none', hours(0, 24, { timezone: 'No/Where' }), '2026-03-01T22:00:00Z', null],
  ])('%s', (_, quiet, at, end) => expect(endOf(quiet, at)).toBe(end));
});

const clocksOnTheWall = new Map<string, Intl.DateTimeFormat>();

/** What a clock on the wall shows: the day of the week, and the time since midnight. */
function readWall(timeZone: string, atMs: number): { weekday: number; sinceMidnightMs: number } {
  const format =
    clocksOnTheWall.get(timeZone) ??
    new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, hourCycle: 'h23', weekday: 'short', hour: 'numeric', minute: 'numeric' },
    });
  clocksOnTheWall.set(timeZone, format);
  const text = format.format(atMs);
  const [hour = 0, minute = 0] = (text.match(/\d+/g) ?? []).map(Number);
  const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(text.slice(0, 3));
  return { weekday, sinceMidnightMs: (hour * 60 + minute) * 60_000 };
}

/** A model that is slow and plain: it looks at the clock on the wall every quarter of an hour. */
function looksQuiet({ fromMs, toMs, days, timezone }: QuietHours, atMs: number): boolean {
  const { weekday, sinceMidnightMs } = readWall(timezone, atMs);
  const begins = (day: number) => days === null || days.includes(day);
  const isOverMidnight = toMs <= fromMs;
  if (sinceMidnightMs >= fromMs && (isOverMidnight || sinceMidnightMs < toMs)) return begins(weekday);
  return isOverMidnight && sinceMidnightMs < toMs && begins((weekday + 6) % 7);
}

function lookForEnd(quiet: QuietHours, fromMs: number): number | null {
  let atMs = fromMs;
  while (looksQuiet(quiet, atMs) && atMs < fromMs + 8 * dayMs) atMs += stepMs;
  return atMs === fromMs ? null : atMs;
}

it('quiet hours end when the clock on the wall first shows that they are over, whatever it was set to', () => {
  const quarter = fc.integer({ min: 0, max: 95 }).map((value) => value * stepMs);
  // Around the days on which the clocks are set somewhere.
  const changes = [
    '2026-03-29',
    '2026-10-25',
    '2026-04-05',
    '2026-10-04',
    '2026-03-08',
    '2026-11-01',
    '2026-07-01',
  ];
  fc.assert(
    fc.property(
      fc.tuple(quarter, quarter).filter(([from, to]) => from !== to),
      fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 })),
      fc.constantFrom('Europe/Riga', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'),
      fc.constantFrom(...changes),
      fc.integer({ min: -200, max: 200 }),
      ([fromMs, toMs], days, timezone, change, quarters) => {
        const quiet = { fromMs, toMs, days, timezone };
        const atMs = Date.parse(`${change}T00:00:00Z`) + quarters * stepMs;
        expect(findQuietEnd(quiet, zones, atMs)).toBe(lookForEnd(quiet, atMs));
      },
    ),
    { numRuns: 300 },
  );
});
