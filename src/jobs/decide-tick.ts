import type { ProfileConfig } from '../config/types.ts';

/** What becomes of a tick, and why. */
export type TickDecision = { run: true; reason: 'on_time' | 'catch_up' } | { run: false; reason: 'too_late' };

/** Decides about the latest tick of a profile that has come: run within its grace, beyond that as after any downtime. */
export function decideTick(
  { graceMs, catchUp }: Pick<ProfileConfig, 'graceMs' | 'catchUp'>,
  atMs: number,
  nowMs: number,
): TickDecision {
  if (nowMs - atMs <= graceMs) return { run: true, reason: 'on_time' };
  if (catchUp === 'last') return { run: true, reason: 'catch_up' };
  return { run: false, reason: 'too_late' };
}
