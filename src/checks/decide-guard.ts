import type { CheckState } from './decide.ts';
import type { CheckOutcome } from './types.ts';

/** What is known of the guard, the target that says whether Tocsin itself is online. */
export type GuardState = Pick<CheckState, 'status' | 'detail' | 'checkedAt'>;

/**
 * Answers when the guard is asked before a failure counts: always where it has never answered, and else where the failure
 * would change something, unless it is known to have failed since the run began that failed.
 */
export function decideQuestion(guard: GuardState, startedAt: number): 'always' | 'where_decisive' | 'never' {
  if (guard.checkedAt === null) return 'always';
  return isOffline(guard) && guard.checkedAt >= startedAt ? 'never' : 'where_decisive';
}

/** Answers what an outcome of the guard itself says: a command that cannot be started knows nothing of the network. */
export function hearGuard(outcome: CheckOutcome): CheckOutcome {
  return outcome.reason === 'spawn_failed' ? { ...outcome, status: 'unknown' } : outcome;
}

/** Answers whether Tocsin is offline by what the guard said; one that is slow, or that nothing is known of, says no such thing. */
export function isOffline({ status }: Pick<GuardState, 'status'>): boolean {
  return status === 'down';
}

/** Answers what an outcome counts as: while the guard is down, a failure says nothing of its target. */
export function excuseFailure(
  outcome: CheckOutcome,
  guard: Pick<GuardState, 'status' | 'detail'>,
): CheckOutcome {
  const isFailure = outcome.status === 'degraded' || outcome.status === 'down';
  if (!isFailure || !isOffline(guard)) return outcome;
  const detail = `the guard fails too: ${guard.detail ?? 'it is down'}`;
  return { status: 'unknown', reason: 'offline', detail, latencyMs: outcome.latencyMs };
}
