import type { CheckConfig } from '../config/types.ts';
import { addResult, isOftenBad, type ResultGrade } from '../core/recent-results.ts';
import type { CheckOutcome, CheckStatus, ReasonCode } from './types.ts';

/** What is known of a check after its outcomes so far. */
export type CheckState = {
  status: CheckStatus;
  /** Null where the status is ok. */
  reason: ReasonCode | null;
  detail: string | null;
  /** When the status became what it is. */
  since: number;
  /** Null before the first outcome. */
  checkedAt: number | null;
  latencyMs: number | null;
  /** Outcomes in a row that were degraded or down. */
  consecutiveFailures: number;
  /** Outcomes in a row that were down. */
  consecutiveDowns: number;
  /** Outcomes in a row that were ok. */
  consecutiveSuccesses: number;
  /** Outcomes in a row that were ok or degraded. */
  consecutiveNotDowns: number;
  /** The last outcomes, a letter each, the oldest first; empty where `k_of_n` does not ask for them. */
  recent: string;
  lastGood: { at: number; latencyMs: number } | null;
};

export type CheckDecision = {
  next: CheckState;
  /** Null where the status stays. */
  change: { from: CheckStatus; to: CheckStatus } | null;
};

type Thresholds = Pick<CheckConfig, 'failuresToDown' | 'successesToRecover' | 'kOfN'>;

/** Answers the state of a check that was never run. */
export function initialCheckState(nowMs: number): CheckState {
  return {
    status: 'unknown',
    reason: null,
    detail: null,
    since: nowMs,
    checkedAt: null,
    latencyMs: null,
    consecutiveFailures: 0,
    consecutiveDowns: 0,
    consecutiveSuccesses: 0,
    consecutiveNotDowns: 0,
    recent: '',
    lastGood: null,
  };
}

/**
 * Answers the state after an outcome.
 * A check gets worse after `failuresToDown` outcomes in a row that are all at least that bad, so that one degraded among
 * downs makes it degraded and not down; it gets better after `successesToRecover` in a row that are all at least that good.
 * Where `k` of its last `n` outcomes are at least that bad, a bad one makes it worse too, and good ones no better.
 * The first ok of a check that nothing is known of counts at once. An unknown outcome counts neither way and leaves the
 * status, except for `not_configured` and `offline`, which make the check unknown and forget what was counted.
 */
export function decideCheck(
  state: CheckState,
  outcome: CheckOutcome,
  nowMs: number,
  thresholds: Thresholds,
): CheckDecision {
  if (outcome.status === 'unknown') return decideUnknown(state, outcome, nowMs);
  const counted = count(state, outcome.status, outcome, nowMs, thresholds);
  const status = nextStatus(counted, outcome.status, thresholds);
  // While a failure is not yet believed, an ok check shows no reason; while a recovery isn't, the last failure stays.
  const keepsReason = (outcome.status === 'ok' && status !== 'ok') || staysOffline(state, status);
  const because = keepsReason ? state : status === 'ok' ? { reason: null, detail: null } : outcome;
  return moveTo(state, { ...counted, reason: because.reason, detail: because.detail }, status, nowMs);
}

/** What was taken for offline is so until it is known how it is: nothing that it was told of is over meanwhile. */
function staysOffline(state: CheckState, status: CheckStatus): boolean {
  return status === 'unknown' && state.reason === 'offline';
}

function decideUnknown(state: CheckState, outcome: CheckOutcome, nowMs: number): CheckDecision {
  if (outcome.reason === 'not_configured' || outcome.reason === 'offline')
    return forget(state, outcome, nowMs);
  // What is known keeps its time, so that it grows stale where no outcome tells anything any more.
  if (state.status !== 'unknown') return { next: state, change: null };
  const { reason, detail } = staysOffline(state, 'unknown') ? state : outcome;
  return { next: { ...state, checkedAt: nowMs, reason, detail }, change: null };
}

function forget(state: CheckState, { reason, detail }: CheckOutcome, nowMs: number): CheckDecision {
  const forgotten = { ...initialCheckState(nowMs), since: state.since, lastGood: state.lastGood };
  return moveTo(state, { ...forgotten, checkedAt: nowMs, reason, detail }, 'unknown', nowMs);
}

function count(
  state: CheckState,
  status: ResultGrade,
  outcome: CheckOutcome,
  nowMs: number,
  { kOfN }: Thresholds,
): CheckState {
  const isDown = status === 'down';
  const isOk = status === 'ok';
  return {
    ...state,
    checkedAt: nowMs,
    latencyMs: outcome.latencyMs,
    consecutiveFailures: isOk ? 0 : state.consecutiveFailures + 1,
    consecutiveDowns: isDown ? state.consecutiveDowns + 1 : 0,
    consecutiveSuccesses: isOk ? state.consecutiveSuccesses + 1 : 0,
    consecutiveNotDowns: isDown ? 0 : state.consecutiveNotDowns + 1,
    recent: addResult(state.recent, status, kOfN),
    lastGood: isOk ? { at: nowMs, latencyMs: outcome.latencyMs } : state.lastGood,
  };
}

function nextStatus(counted: CheckState, outcome: ResultGrade, thresholds: Thresholds): CheckStatus {
  const { failuresToDown, successesToRecover, kOfN } = thresholds;
  const isOftenDown = isOftenBad(counted.recent, 'down', kOfN);
  const isOftenDegraded = isOftenBad(counted.recent, 'degraded', kOfN);
  const mayBeDown = counted.consecutiveDowns >= failuresToDown || (isOftenDown && outcome === 'down');
  // A good outcome makes nothing worse, though a changed `k_of_n` may hold from then on.
  const mayBeDegraded =
    counted.consecutiveFailures >= failuresToDown || (isOftenDegraded && outcome !== 'ok');
  const mayBeOk = counted.consecutiveSuccesses >= successesToRecover && !isOftenDegraded;
  switch (counted.status) {
    case 'unknown':
      if (counted.consecutiveSuccesses > 0) return 'ok';
      return mayBeDown ? 'down' : mayBeDegraded ? 'degraded' : 'unknown';
    case 'ok':
      return mayBeDown ? 'down' : mayBeDegraded ? 'degraded' : 'ok';
    case 'degraded':
      return mayBeDown ? 'down' : mayBeOk ? 'ok' : 'degraded';
    case 'down':
      if (mayBeOk) return 'ok';
      return counted.consecutiveNotDowns >= successesToRecover && !isOftenDown ? 'degraded' : 'down';
  }
}

function moveTo(state: CheckState, counted: CheckState, status: CheckStatus, nowMs: number): CheckDecision {
  if (status === state.status) return { next: counted, change: null };
  return { next: { ...counted, status, since: nowMs }, change: { from: state.status, to: status } };
}
