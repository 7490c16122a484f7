import type { Zone } from './zone.ts';

/** Answers a time as the clocks of a zone show it, with their offset: `2026-03-29T04:00:00+03:00`. */
export function toZonedIso(zone: Zone, atMs: number): string {
  const offsetMs = zone.offsetMs(atMs);
  return `${wallText(atMs + offsetMs)}${offsetText(offsetMs)}`;
}

/** Answers a wall time as text. */
function wallText(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 19);
}

/** Answers the day of a wall time as text. */
export function wallDay(wallMs: number): string {
  return wallText(wallMs).slice(0, 10);
}

/** Answers the time of day of a wall time as text, with seconds where there are any. */
export function wallTime(wallMs: number): string {
  return wallText(wallMs).slice(11).replace(/:00$/, '');
}

/** Old local times have seconds in their offsets. */
function offsetText(offsetMs: number): string {
  return `${offsetMs < 0 ? '-' : '+'}${wallTime(Math.abs(offsetMs))}`;
}
