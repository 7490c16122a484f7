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

/** What becomes of a tick whose run was cut short and that another is to run, and why. */
export type HandedDecision = TickDecision | { run: false; reason: 'overtaken' };

/** Decides about a tick that was handed on, by the one after it; null: there is none. The later one, once it has come, is run in place of both. */
export function decideHandedTick(
  profile: Pick<ProfileConfig, 'graceMs' | 'catchUp'>,
  { atMs, nextMs }: { atMs: number; nextMs: number | null },
  nowMs: number,
): HandedDecision {
  if (nextMs !== null && nextMs <= nowMs) return { run: false, reason: 'overtaken' };
  return decideTick(profile, atMs, nowMs);
}
