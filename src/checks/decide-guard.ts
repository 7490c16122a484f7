import type { CheckConfig } from '../config/types.ts';
import { type CheckState, decideCheck, initialCheckState } from './decide.ts';
import type { CheckOutcome } from './types.ts';

/** What is known of the guard, the target that says whether Tocsin itself is online. */
export type GuardState = CheckState & {
  /** When the run began that said so. */
  startedAt: number;
  /** When the run began that found it back; what began earlier may have failed because of it. */
  offlineUntil: number;
};

const never = Number.NEGATIVE_INFINITY;
/** The default interval: where its own is longer, one failure of the guard must not excuse all others for as long. */
const askAgainAfterMs = 30_000;

/** Answers the state of a guard that was never asked. */
export function initialGuardState(nowMs: number): GuardState {
  return { ...initialCheckState(nowMs), startedAt: never, offlineUntil: never };
}

/** Answers the state after an outcome of the guard's run that began at `startedAt`. Of two runs the one that began later knows better. */
export function decideGuard(
  guard: GuardState,
  outcome: CheckOutcome,
  startedAt: number,
  nowMs: number,
  check: CheckConfig,
): GuardState {
  // A clock that went back leaves times that are still to come, which say nothing.
  if (startedAt < guard.startedAt && guard.startedAt <= nowMs) return guard;
  const heard = hearGuard(outcome);
  // What cannot be started stays so: to go by what it said last could hide outages for ever.
  const before = heard.reason === 'spawn_failed' ? initialGuardState(nowMs) : guard;
  const { next } = decideCheck(before, heard, nowMs, check);
  const offlineUntil = guard.offlineUntil <= nowMs ? guard.offlineUntil : never;
  const isBack = isOffline(guard) && !isOffline(next);
  return { ...next, startedAt, offlineUntil: isBack ? startedAt : offlineUntil };
}

/**
 * Answers when the guard is asked before a failure counts: always where it has never answered, or was down a while ago, and
 * else where the failure would change something, unless it is known to have failed since the run began that failed.
 */
export function decideQuestion(
  guard: Pick<GuardState, 'status' | 'checkedAt'>,
  startedAt: number,
): 'always' | 'where_decisive' | 'never' {
  if (guard.checkedAt === null) return 'always';
  if (!isOffline(guard)) return 'where_decisive';
  if (guard.checkedAt >= startedAt) return 'never';
  return startedAt - guard.checkedAt >= askAgainAfterMs ? 'always' : 'where_decisive';
}

/** Answers what an outcome of the guard itself says: a command that cannot be started knows nothing of the network. */
export function hearGuard(outcome: CheckOutcome): CheckOutcome {
  return outcome.reason === 'spawn_failed' ? { ...outcome, status: 'unknown' } : outcome;
}

/** Answers whether Tocsin is offline by what the guard said; one that is slow, or that nothing is known of, says no such thing. */
export function isOffline({ status }: Pick<GuardState, 'status'>): boolean {
  return status === 'down';
}

/** Answers whether Tocsin is offline, or was after a run had begun. */
export function wasOffline(guard: Pick<GuardState, 'status' | 'offlineUntil'>, startedAt: number): boolean {
  return isOffline(guard) || startedAt < guard.offlineUntil;
}

/** Answers what a failure counts as that came while the guard was down, by what that said: it says nothing of its target. */
export function excuseFailure({ latencyMs }: CheckOutcome, guardDetail: string | null): CheckOutcome {
  const detail = guardDetail === null ? 'the guard failed too' : `the guard fails too: ${guardDetail}`;
  return { status: 'unknown', reason: 'offline', detail, latencyMs };
}
