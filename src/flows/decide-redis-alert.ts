/** How Redis stands, and since when. */
export type RedisFacts = { isUp: boolean; sinceMs: number };

export type RedisAlertDecision =
  | { next: 'tell'; reason: 'away_too_long' | 'still_away' }
  | { next: 'heal'; reason: 'back' }
  | { next: 'nothing'; reason: 'up' | 'away_briefly' | 'told_lately' };

/** How long Redis may be away before people hear of it. */
const toleratedMs = 60_000;
/** How often it is told again: well within the lease of the alert. */
const tellEveryMs = 60_000;

/** Answers whether to tell people of Redis; `toldAt` is when this process last did so, null: it has not, or it has healed. */
export function decideRedisAlert(
  { isUp, sinceMs }: RedisFacts,
  toldAt: number | null,
  now: number,
): RedisAlertDecision {
  if (isUp) return toldAt === null ? { next: 'nothing', reason: 'up' } : { next: 'heal', reason: 'back' };
  if (toldAt !== null)
    return now - toldAt >= tellEveryMs
      ? { next: 'tell', reason: 'still_away' }
      : { next: 'nothing', reason: 'told_lately' };
  return now - sinceMs > toleratedMs
    ? { next: 'tell', reason: 'away_too_long' }
    : { next: 'nothing', reason: 'away_briefly' };
}
