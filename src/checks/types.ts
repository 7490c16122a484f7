import type { Clock } from '../core/clock.ts';
import type { ConditionFacts } from '../core/evaluate-condition.ts';

/** `unknown` is no place on the scale of the others: nothing is known. */
export type CheckStatus = 'ok' | 'degraded' | 'down' | 'unknown';

/** Why a check is not ok; these codes are public, their details are not. */
export const reasonCodes = [
  'timeout',
  'connect_refused',
  'connect_reset',
  'connect_failed',
  'dns_failure',
  'tls_invalid',
  'protocol_error',
  'redirect_invalid',
  'body_too_large',
  'status_mismatch',
  'expect_mismatch',
  'condition_failed',
  'exit_code',
  'spawn_failed',
  'not_configured',
  'offline',
  'stale',
  'upstream_down',
  'internal_error',
  'aborted',
] as const;

export type ReasonCode = (typeof reasonCodes)[number];

/** How one run of a check came out, its retries included. */
export type CheckOutcome = {
  status: CheckStatus;
  /** Null where the status is ok. */
  reason: ReasonCode | null;
  /** For authenticated callers: redacted, at most 200 characters. Null where the status is ok. */
  detail: string | null;
  /** Of the last attempt; up to the wall where it was cut off there. */
  latencyMs: number;
};

/** An answer that failed before any condition was asked. */
export type Failure = { status: 'down' | 'unknown'; reason: ReasonCode; detail: string };

/** What a kind of check found: the facts for its conditions, and the failure that makes them moot. */
export type Answer = { facts: ConditionFacts & { latencyMs: number }; failure: Failure | null };

/** Asks once. Rejects with the error of the network or the system; when `stop` aborts it lets go of all that it holds, and need not settle. */
export type Probe = (clock: Clock, stop: AbortSignal) => Promise<Answer>;
