import type { Zones } from './cron/index.ts';

const dayMs = 86_400_000;
/** Hours that never end are over after so long all the same. */
const longestMs = 8 * dayMs;

/** Hours in which what can wait does, by the clock on the wall of a time zone; every day, or such as begin on certain days. */
export type QuietHours = {
  /** Since midnight, below a day. */
  fromMs: number;
  /** Since midnight, up to a day; at or before `fromMs`: on the next day. */
  toMs: number;
  /** 0 is Sunday; null: every day. */
  days: readonly number[] | null;
  timezone: string;
};

/** Answers when the quiet hours end that hold at a time, the first moment at which the clock on the wall shows none; null: none hold. */
export function findQuietEnd(hours: QuietHours, zones: Zones, atMs: number): number | null {
  const zone = zones.find(hours.timezone);
  if (!zone) return null;
  let endMs = atMs;
  // Ends at a time that the wall shows, or where the clocks are set: then the wall is looked at anew.
  while (endMs - atMs < longestMs) {
    const wallMs = endMs + zone.offsetMs(endMs);
    const wallEndMs = findWallEnd(hours, wallMs);
    if (wallEndMs === null) return endMs === atMs ? null : endMs;
    const wouldEndMs = endMs + wallEndMs - wallMs;
    endMs = zone.nextChange(endMs, wouldEndMs) ?? wouldEndMs;
  }
  return endMs;
}

/** Answers the wall time at which the hours end that hold at another one; null: none do. */
function findWallEnd({ fromMs, toMs, days }: QuietHours, wallMs: number): number | null {
  const lengthMs = toMs > fromMs ? toMs - fromMs : toMs - fromMs + dayMs;
  const today = Math.floor(wallMs / dayMs);
  for (const day of [today, today - 1]) {
    const beginMs = day * dayMs + fromMs;
    // The first of January 1970 was a Thursday.
    const isMeant = days === null || days.includes((((day + 4) % 7) + 7) % 7);
    if (isMeant && wallMs >= beginMs && wallMs < beginMs + lengthMs) return beginMs + lengthMs;
  }
  return null;
}
