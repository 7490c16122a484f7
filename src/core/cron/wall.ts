import { dayMs, findDay } from './day.ts';
import type { CronRule } from './types.ts';

/*
 * A wall time is what a clock on the wall shows, as if it were UTC: milliseconds since 1970, in whole seconds.
 */

/** Answers the first wall time at or after another that the rule asks for. */
export function nextWall(rule: CronRule, fromMs: number): number {
  const fromDay = Math.floor(fromMs / dayMs);
  const day = findDay(rule, fromDay);
  const timeMs = timeFrom(rule, day === fromDay ? fromMs - fromDay * dayMs : 0);
  if (timeMs < Infinity) return day * dayMs + timeMs;
  return findDay(rule, fromDay + 1) * dayMs + timeFrom(rule, 0);
}

/** Answers the first time of a day at or after another, as milliseconds since midnight; Infinity: that day has no more. */
function timeFrom({ hours, minutes, seconds }: CronRule, fromMs: number): number {
  const from = Math.ceil(fromMs / 1000);
  const [fromHour, fromMinute, fromSecond] = [Math.floor(from / 3600), Math.floor(from / 60) % 60, from % 60];
  for (const hour of hours) {
    if (hour < fromHour) continue;
    for (const minute of minutes) {
      const isSameHour = hour === fromHour;
      if (isSameHour && minute < fromMinute) continue;
      const isSameMinute = isSameHour && minute === fromMinute;
      const second = isSameMinute ? seconds.find((value) => value >= fromSecond) : seconds[0];
      if (second !== undefined) return ((hour * 60 + minute) * 60 + second) * 1000;
    }
  }
  return Infinity;
}
