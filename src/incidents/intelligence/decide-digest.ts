import type { IntelligencePolicy } from '../../config/types.ts';

const dayMs = 86_400_000;
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const;
/** Later than this a digest is told no more: nobody was there at its time, and the next one comes. */
const latestMs = dayMs;

export type DueDigest = { dueAt: number; isDue: boolean };

/** Decides when the last digest was due, in UTC, and whether it is still to be told. */
export function decideDigest(policy: IntelligencePolicy['digest'], nowMs: number): DueDigest {
  const [hours = 0, minutes = 0] = policy.time.split(':').map(Number);
  const midnight = Math.floor(nowMs / dayMs) * dayMs;
  const today = new Date(midnight).getUTCDay();
  const daysBack = (today - weekdays.indexOf(policy.weekday) + 7) % 7;
  const thisWeek = midnight - daysBack * dayMs + (hours * 60 + minutes) * 60_000;
  const dueAt = thisWeek > nowMs ? thisWeek - 7 * dayMs : thisWeek;
  return { dueAt, isDue: policy.route !== null && nowMs - dueAt < latestMs };
}
