import { dayMs } from './day.ts';
import type { CronRule } from './types.ts';
import { nextWall } from './wall.ts';
import type { Zone } from './zone.ts';

/** Times have a year of four digits. */
const firstMs = Date.parse('0000-01-01T00:00:00Z');
const endMs = Date.parse('9999-12-31T00:00:00Z');

/** Answers the first time after another at which the rule comes true in the zone; null: there is none before the year 10000. */
export function findNext(rule: CronRule, zone: Zone, afterMs: number): number | null {
  const fromMs = (Math.floor(Math.max(afterMs, firstMs) / 1000) + 1) * 1000;
  if (fromMs >= endMs) return null;
  const next = rule.followsClock ? followClock(rule, zone, fromMs) : findFixed(rule, zone, fromMs);
  return next < endMs ? next : null;
}

/** Answers the latest time that is not after another; null: there is none since the year 0. */
export function findLatest(rule: CronRule, zone: Zone, nowMs: number): number | null {
  let spanMs = 60_000;
  while (!isWithin(nowMs - spanMs)) {
    if (nowMs - spanMs < firstMs) return null;
    spanMs *= 4;
  }
  function isWithin(afterMs: number): boolean {
    const next = findNext(rule, zone, afterMs);
    return next !== null && next <= nowMs;
  }
  // Between them lies the moment after which nothing comes any more up to now; it is the time itself.
  let [within, beyond] = [Math.floor((nowMs - spanMs) / 1000), Math.floor(nowMs / 1000)];
  while (beyond - within > 1) {
    const middle = Math.floor((within + beyond) / 2);
    if (isWithin(middle * 1000)) within = middle;
    else beyond = middle;
  }
  return beyond * 1000;
}

/**
 * Times that are fixed: one that the clocks skip comes right after the gap, one that they show twice comes once. So each
 * comes when the clocks first show it or something later.
 */
function findFixed(rule: CronRule, zone: Zone, fromMs: number): number {
  return firstShown(zone, nextWall(rule, firstUnseenWall(zone, fromMs)));
}

/** The first wall time that the clocks have neither shown nor skipped before `fromMs`. */
function firstUnseenWall(zone: Zone, fromMs: number): number {
  // A second before, as clocks that are set at `fromMs` skip what is still to come then.
  const lastMs = fromMs - 1000;
  const wallMs = fromMs + zone.offsetMs(lastMs);
  const setMs = zone.nextChange(lastMs - dayMs, lastMs);
  // They may show again what they showed before they were set back.
  return setMs === null ? wallMs : Math.max(wallMs, setMs + zone.offsetMs(setMs - 1));
}

/** Answers when the clocks first show a wall time, or something later. */
export function firstShown(zone: Zone, wallMs: number): number {
  const aboutMs = wallMs - zone.offsetMs(wallMs);
  const setMs = zone.nextChange(aboutMs - dayMs, aboutMs + dayMs);
  if (setMs === null) return aboutMs;
  const beforeMs = wallMs - zone.offsetMs(setMs - 1);
  return beforeMs < setMs ? beforeMs : Math.max(setMs, wallMs - zone.offsetMs(setMs));
}

/** No zone is ever set by more than a day, so clocks that are set further away than this make no difference. */
const reachMs = 2 * dayMs;

/** Times that follow the clock: what it skips doesn't come, what it shows twice comes twice. */
function followClock(rule: CronRule, zone: Zone, startMs: number): number {
  let fromMs = startMs;
  for (;;) {
    const offsetMs = zone.offsetMs(fromMs);
    const wallMs = nextWall(rule, fromMs + offsetMs);
    const foundMs = wallMs - offsetMs;
    const setMs = zone.nextChange(fromMs, Math.min(foundMs, fromMs + reachMs));
    if (setMs !== null) fromMs = setMs;
    else if (foundMs <= fromMs + reachMs) return foundMs;
    else fromMs = Math.max(fromMs + reachMs, foundMs - reachMs);
  }
}
