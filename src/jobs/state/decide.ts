import type { Freshness } from './types.ts';

export type StateReason =
  | 'found'
  | 'missing'
  | 'stamp_missing'
  | 'stamp_not_a_number'
  | 'stamp_not_positive'
  | 'stamp_in_future'
  | 'stamp_too_old';

const hourMs = 3_600_000;
const longestAgeMs: Readonly<Record<Freshness, number>> = { hourly: 3 * hourMs, daily: 36 * hourMs };

/** Answers the key of the time that says how old a value is. */
export function stampKey(key: string): string {
  return `${key}_ts`;
}

/** Answers the time as it stands beside a value: epoch seconds. */
export function writeStamp(nowMs: number): string {
  return String(Math.floor(nowMs / 1000));
}

/** Answers what a script gets: the value, or "0" where it is missing or, by the time beside it, too old to be believed. Null asks nothing of its age. */
export function decideValue(
  value: string | null,
  stamp: string | null,
  freshness: Freshness | null,
  nowMs: number,
): { value: string; reason: StateReason } {
  if (value === null) return { value: '0', reason: 'missing' };
  const reason = freshness === null ? 'found' : judgeStamp(stamp, longestAgeMs[freshness], nowMs);
  return { value: reason === 'found' ? value : '0', reason };
}

function judgeStamp(stamp: string | null, longestMs: number, nowMs: number): StateReason {
  if (stamp === null) return 'stamp_missing';
  if (!/^[+-]?\d+(\.\d+)?$/.test(stamp)) return 'stamp_not_a_number';
  const stampMs = Number(stamp) * 1000;
  if (stampMs <= 0) return 'stamp_not_positive';
  if (stampMs > nowMs) return 'stamp_in_future';
  return nowMs - stampMs > longestMs ? 'stamp_too_old' : 'found';
}
