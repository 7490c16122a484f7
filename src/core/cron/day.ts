import type { CronField, DayRule, SpecialDay } from './types.ts';

export const dayMs = 86_400_000;

/** After so many months the calendar repeats itself, weekdays too. */
const cycleMonths = 400 * 12;

/** Answers whether the rule ever comes true. */
export function hasDay(rule: DayRule): boolean {
  return findDay(rule, 0) < Infinity;
}

/** Answers the first day on or after `fromDay` that the rule asks for, as days since 1970; Infinity: there never is one. */
export function findDay(rule: DayRule, fromDay: number): number {
  const from = new Date(fromDay * dayMs);
  const [year, month] = [from.getUTCFullYear(), from.getUTCMonth()];
  let skippedDays = from.getUTCDate() - 1;
  for (let ahead = 0; ahead <= cycleMonths; ahead++) {
    if (rule.months.includes(((month + ahead) % 12) + 1)) {
      const firstDay = toDay(year, month + ahead);
      const days = findDays(rule, firstDay, toDay(year, month + ahead + 1) - firstDay);
      const rest = days & (-1 << skippedDays);
      if (rest !== 0) return firstDay + 31 - Math.clz32(rest & -rest);
    }
    skippedDays = 0;
  }
  return Infinity;
}

/** Answers the first day of a month, as days since 1970; Date.UTC would take the years up to 99 for those of 1900. */
function toDay(year: number, month: number): number {
  return new Date(0).setUTCFullYear(year, month, 1) / dayMs;
}

/** Answers the days of one month that the rule asks for; bit 0 is the first. */
function findDays({ daysOfMonth, daysOfWeek, isEither }: DayRule, firstDay: number, length: number): number {
  // The first of January 1970 was a Thursday.
  const firstWeekday = (((firstDay + 4) % 7) + 7) % 7;
  const month = { firstWeekday, length };
  const byDate = addSpecial(toBits(daysOfMonth.values.map((day) => day - 1)), daysOfMonth, month);
  let byWeekday = 0;
  for (const weekday of daysOfWeek.values)
    for (let day = placeOf(weekday, month); day < length; day += 7) byWeekday |= 1 << day;
  byWeekday = addSpecial(byWeekday, daysOfWeek, month);
  const inMonth = -1 >>> (32 - length);
  return (isEither ? byDate | byWeekday : byDate & byWeekday) & inMonth;
}

type Month = { firstWeekday: number; length: number };

function toBits(places: readonly number[]): number {
  return places.reduce((bits, place) => bits | (1 << place), 0);
}

/** The first day of the month that is such a weekday, counted from 0. */
function placeOf(weekday: number, { firstWeekday }: Month): number {
  return (weekday - firstWeekday + 7) % 7;
}

function addSpecial(bits: number, { special }: CronField, month: Month): number {
  const places = special.map((day) => placeOfSpecial(day, month));
  return bits | toBits(places.filter((place) => place !== null));
}

/** Counted from 0; null where the month has no such day. */
function placeOfSpecial(day: SpecialDay, month: Month): number | null {
  const last = month.length - 1;
  switch (day.kind) {
    case 'last':
      return last;
    case 'last_weekday':
      return nearestWeekday(last, month);
    case 'nearest_weekday':
      return day.day > month.length ? null : nearestWeekday(day.day - 1, month);
    case 'last_of':
      return last - ((last - placeOf(day.weekday, month)) % 7);
    case 'nth_of': {
      const place = placeOf(day.weekday, month) + (day.nth - 1) * 7;
      return place > last ? null : place;
    }
  }
}

/** The working day next to a day, never in another month: Friday for a Saturday, Monday for a Sunday. */
function nearestWeekday(place: number, { firstWeekday, length }: Month): number {
  const weekday = (firstWeekday + place) % 7;
  if (weekday === 6) return place === 0 ? 2 : place - 1;
  if (weekday === 0) return place === length - 1 ? place - 2 : place + 1;
  return place;
}
