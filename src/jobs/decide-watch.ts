import type { ProfileConfig } from '../config/types.ts';
import { toIso } from '../core/clock.ts';
import { formatDuration } from '../core/duration.ts';

/** What may go wrong with a profile as a whole. */
export const profileTroubles = ['tick', 'stale', 'lock'] as const;
export type ProfileTrouble = (typeof profileTroubles)[number];

/** What is known of a profile; times are epoch milliseconds. */
export type ProfileSight = {
  /** The tick after the last one that was seen; null: there is none. */
  dueAt: number | null;
  /** The last success, or since when one is expected where there was none. */
  goodAt: number;
  /** Who runs it, under a lease that is not over; null: nobody. */
  lock: { holder: string; runId: string; since: number } | null;
};

/** A task is killed ten seconds after its profile's time is over; until then the lock is rightly held. */
const killingMs = 15_000;

/** Answers what is wrong with a profile, each with the reason for people. */
export function decideTroubles(
  profile: Pick<ProfileConfig, 'graceMs' | 'staleAfterMs' | 'timeoutMs'>,
  { dueAt, goodAt, lock }: ProfileSight,
  nowMs: number,
): Partial<Record<ProfileTrouble, string>> {
  const { graceMs, staleAfterMs, timeoutMs } = profile;
  const troubles: Partial<Record<ProfileTrouble, string>> = {};
  if (dueAt !== null && nowMs - dueAt > graceMs)
    troubles.tick = `It was due at ${toIso(dueAt)} and has not run since; it may be ${formatDuration(graceMs)} late.`;
  if (staleAfterMs !== null && nowMs - goodAt > staleAfterMs)
    troubles.stale = `It has not succeeded for ${formatDuration(nowMs - goodAt)}; it is expected to every ${formatDuration(staleAfterMs)}.`;
  if (lock && nowMs - lock.since > timeoutMs + killingMs)
    troubles.lock = `${lock.runId} on ${lock.holder} has held the lock since ${toIso(lock.since)}; its time is ${formatDuration(timeoutMs)}.`;
  return troubles;
}
