import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isCronProblem, readCron } from './index.ts';

/*
 * A model that is slow and plain: it looks at the clock on the wall once a minute, as cron does, and asks of every value
 * of every field whether it is meant.
 */

type Wall = {
  ms: number;
  minute: number;
  hour: number;
  day: number;
  month: number;
  weekday: number;
  length: number;
};

function createClockOnTheWall(timeZone: string): (atMs: number) => Wall {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
  });
  return (atMs) => {
    const numbers = format.format(atMs).match(/\d+/g) ?? [];
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0] = numbers.map(Number);
    return readWall(Date.UTC(year, month - 1, day, hour, minute));
  };
}

function readWall(ms: number): Wall {
  const date = new Date(ms);
  const month = date.getUTCMonth() + 1;
  return {
    ms,
    minute: date.getUTCMinutes(),
    hour: date.getUTCHours(),
    day: date.getUTCDate(),
    month,
    weekday: date.getUTCDay(),
    length: new Date(Date.UTC(date.getUTCFullYear(), month, 0)).getUTCDate(),
  };
}

type Field = { text: string; asks(wall: Wall): boolean };

function plainField(min: number, max: number, valuesOf: (wall: Wall) => number[]): fc.Arbitrary<Field> {
  const value = fc.integer({ min, max });
  const step = fc.integer({ min: 1, max: 9 });
  const term = fc.oneof(
    value.map((v) => ({ text: `${v}`, has: (x: number) => x === v })),
    fc.tuple(value, value).map(([a, b]) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      return { text: `${low}-${high}`, has: (x: number) => x >= low && x <= high };
    }),
    fc.tuple(value, step).map(([a, by]) => ({
      text: `${a}/${by}`,
      has: (x: number) => x >= a && (x - a) % by === 0,
    })),
    step.map((by) => ({ text: `*/${by}`, has: (x: number) => (x - min) % by === 0 })),
  );
  const terms = fc.array(term, { minLength: 1, maxLength: 3 }).map((list) => ({
    text: list.map(({ text }) => text).join(','),
    asks: (wall: Wall) => list.some(({ has }) => valuesOf(wall).some(has)),
  }));
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant({ text: '*', asks: () => true }) },
    { weight: 2, arbitrary: terms },
  );
}

const specialDays: Field[] = [
  { text: 'L', asks: ({ day, length }) => day === length },
  {
    text: 'LW',
    asks: ({ day, weekday, length }) =>
      weekday >= 1 && weekday <= 5 && (day === length || (weekday === 5 && length - day <= 2)),
  },
  {
    text: '15W',
    asks: ({ day, weekday }) =>
      (day === 15 && weekday >= 1 && weekday <= 5) ||
      (day === 14 && weekday === 5) ||
      (day === 16 && weekday === 1),
  },
];
const specialWeekdays: Field[] = [
  { text: '5L', asks: ({ day, weekday, length }) => weekday === 5 && day + 7 > length },
  { text: 'SUN#2', asks: ({ day, weekday }) => weekday === 0 && Math.ceil(day / 7) === 2 },
  { text: '7', asks: ({ weekday }) => weekday === 0 },
];

const anyDay: Field = { text: '*', asks: () => true };
const fields = fc.record({
  minute: plainField(0, 59, ({ minute }) => [minute]),
  hour: plainField(0, 23, ({ hour }) => [hour]),
  day: fc.oneof(
    fc.constant(anyDay),
    plainField(1, 31, ({ day }) => [day]),
    fc.constantFrom(...specialDays),
  ),
  month: fc.oneof(
    fc.constant(anyDay),
    plainField(1, 12, ({ month }) => [month]),
  ),
  weekday: fc.oneof(
    fc.constant(anyDay),
    plainField(0, 7, ({ weekday }) => (weekday === 0 ? [0, 7] : [weekday])),
    fc.constantFrom(...specialWeekdays),
  ),
});
type Fields = typeof fields extends fc.Arbitrary<infer Value> ? Value : never;

function asks({ minute, hour, day, month, weekday }: Fields, wall: Wall): boolean {
  const isDay = [day, weekday].some(({ text }) => text.startsWith('*'))
    ? day.asks(wall) && weekday.asks(wall)
    : day.asks(wall) || weekday.asks(wall);
  return minute.asks(wall) && hour.asks(wall) && isDay && month.asks(wall);
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The times of a few days, found by looking at every minute of them. */
function walk(parts: Fields, timezone: string, fromMs: number, toMs: number): number[] {
  const lookAt = createClockOnTheWall(timezone);
  const followsClock = parts.minute.text.startsWith('*') || parts.hour.text.startsWith('*');
  const found: number[] = [];
  let highestMs = -Infinity;
  for (let atMs = fromMs - 30 * hourMs; atMs <= toMs; atMs += minuteMs) {
    const wall = lookAt(atMs);
    let isDue = followsClock && asks(parts, wall);
    if (!followsClock && Number.isFinite(highestMs))
      // All that the clock shows for the first time, or has jumped over.
      for (let ms = highestMs + minuteMs; ms <= wall.ms; ms += minuteMs) isDue ||= asks(parts, readWall(ms));
    highestMs = Math.max(highestMs, wall.ms);
    if (isDue && atMs > fromMs) found.push(atMs);
  }
  return found;
}

/** Around each of these the clocks are set, forwards and back, by hours, half an hour and a day. */
const changes: [string, string][] = [
  ['Europe/Riga', '2026-03-29T01:00:00Z'],
  ['Europe/Riga', '2026-10-25T01:00:00Z'],
  ['America/New_York', '2024-11-03T06:00:00Z'],
  ['America/Sao_Paulo', '2018-11-04T03:00:00Z'],
  ['America/Sao_Paulo', '2018-02-18T02:00:00Z'],
  ['Asia/Beirut', '2024-03-30T22:00:00Z'],
  ['America/Havana', '2024-11-03T05:00:00Z'],
  ['Australia/Lord_Howe', '2024-10-05T15:30:00Z'],
  ['Australia/Lord_Howe', '2024-04-06T15:00:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['Pacific/Kwajalein', '1969-09-30T13:00:00Z'],
  ['Antarctica/Troll', '2024-03-31T01:00:00Z'],
  ['Africa/Casablanca', '2024-04-14T02:00:00Z'],
  ['Asia/Kathmandu', '2024-01-31T12:00:00Z'],
  ['UTC', '2024-02-29T00:00:00Z'],
];

it('the times are those that a walk over every minute finds, also where the clocks are set', () => {
  fc.assert(
    fc.property(
      fields,
      fc.constantFrom(...changes),
      fc.integer({ min: -30 * 60, max: 5 * 60 }),
      (parts, [timezone, change], startMinutes) => {
        const expression = [parts.minute, parts.hour, parts.day, parts.month, parts.weekday]
          .map(({ text }) => text)
          .join(' ');
        const times = readCron(expression, timezone);
        if (isCronProblem(times)) {
          expect(times.problem).toContain('in 400 years');
          return;
        }
        const fromMs = Date.parse(change) + startMinutes * minuteMs;
        const toMs = fromMs + 40 * hourMs;
        const expected = walk(parts, timezone, fromMs, toMs);
        const found: number[] = [];
        for (let at = times.next(fromMs); at !== null && at <= toMs; at = times.next(at)) found.push(at);
        expect(found, `${expression} in ${timezone}`).toEqual(expected);
        expect(times.latest(toMs), `the latest of ${expression}`).toBe(
          expected.at(-1) ?? times.latest(fromMs),
        );
      },
    ),
    { numRuns: 80 },
  );
});
