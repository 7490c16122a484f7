import { dayMs } from './day.ts';
import { toZonedIso, wallDay, wallTime } from './iso.ts';
import { findNext } from './times.ts';
import type { CronRule } from './types.ts';
import { nextWall } from './wall.ts';
import type { Zone } from './zone.ts';

/** The next times of an expression, and why they are these where that is a surprise. */
export type CronExplanation = {
  next: readonly { atMs: number; iso: string }[];
  notes: readonly string[];
};

/** Answers the first `count` times after `fromMs`, with a note for each change of the clocks that matters. */
export function explainTimes(rule: CronRule, zone: Zone, fromMs: number, count: number): CronExplanation {
  const next: { atMs: number; iso: string }[] = [];
  const notes = new Set<string>();
  let lastMs: number | null = fromMs;
  while (next.length < count) {
    const atMs = findNext(rule, zone, lastMs);
    if (atMs === null) break;
    // Clocks that are set the day before may have skipped what would have come.
    const setMs = zone.nextChange(Math.max(lastMs, atMs - dayMs), atMs + dayMs);
    const note = setMs === null ? null : noteChange({ rule, zone, atMs, setMs });
    if (note !== null) notes.add(note);
    next.push({ atMs, iso: toZonedIso(zone, atMs) });
    lastMs = atMs;
  }
  if (next.length < count) notes.add('After these there is none before the year 10000.');
  return { next, notes: [...notes] };
}

type Change = { rule: CronRule; zone: Zone; atMs: number; setMs: number };

/** Says what a change of the clocks near a run does to it; null: nothing. */
function noteChange(change: Change): string | null {
  const { rule, zone, setMs } = change;
  const [before, after] = [setMs + zone.offsetMs(setMs - 1), setMs + zone.offsetMs(setMs)];
  const wallMs = nextWall(rule, Math.min(before, after));
  // Between both the clocks show nothing, or everything twice.
  if (wallMs >= Math.max(before, after)) return null;
  return before < after ? noteGap(change, before, after) : noteRepeat(change, wallMs);
}

function noteGap({ rule, zone, atMs, setMs }: Change, before: number, after: number): string | null {
  const skipped = describeWalls(rule, before, after);
  const where = `on ${wallDay(before)} in ${zone.name}`;
  if (rule.followsClock)
    return `${skipped} ${where}: not run, as a minute or hour that begins with * follows the clock.`;
  return atMs === setMs
    ? `${skipped} ${where}: run right after the gap, at ${toZonedIso(zone, atMs)}.`
    : null;
}

/** Names the first skipped time, and how many there are. */
function describeWalls(rule: CronRule, fromMs: number, toMs: number): string {
  const names: string[] = [];
  let wallMs = nextWall(rule, fromMs);
  while (wallMs < toMs && names.length < 4) {
    names.push(wallTime(wallMs));
    wallMs = nextWall(rule, wallMs + 1000);
  }
  const [first, ...others] = names;
  if (others.length === 0) return `${first} doesn't exist`;
  if (others.length === 3) return `${first}, ${others[0]} and others don't exist`;
  return `${[first, ...others.slice(0, -1)].join(', ')} and ${others.at(-1)} don't exist`;
}

function noteRepeat({ rule, zone, atMs, setMs }: Change, wallMs: number): string | null {
  const where = `${wallTime(wallMs)} happens twice on ${wallDay(wallMs)} in ${zone.name}`;
  if (rule.followsClock)
    return `${where}: run both times, as a minute or hour that begins with * follows the clock.`;
  const firstMs = wallMs - zone.offsetMs(setMs - 1);
  return atMs === firstMs ? `${where}: run once, the first time, at ${toZonedIso(zone, firstMs)}.` : null;
}
