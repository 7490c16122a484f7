import type { AlertReport } from '../core/hand-over.ts';
import { type Severity, severityRank, worstSeverity } from '../core/severity.ts';
import type { AlertStatus } from '../store/index.ts';

/** What the decision about a report looks at of the live alert with the same key. */
export type LiveAlert = {
  status: AlertStatus;
  severity: Severity;
  announced: number;
  first_seen_at: number;
  last_seen_at: number;
  started_at: number;
  dedupe_ttl_ms: number | null;
};

export type ReportDecision =
  /** No such problem is live: a new alert. */
  | { action: 'create'; reason: 'first' }
  /** The end of something that is not live, or of an earlier episode. */
  | { action: 'ignore'; reason: 'nothing_to_resolve' | 'resolve_is_older' }
  /** The same problem again. */
  | {
      action: 'repeat';
      reason: 'deduped_within_ttl' | 'severity_raised';
      status: AlertStatus;
      severity: Severity;
      rose: boolean;
    }
  /** Too long ago to be the same: the old alert ends, a new one takes its place. */
  | { action: 'supersede'; reason: 'past_ttl' | 'past_dedupe_max' }
  /** It healed. */
  | { action: 'end'; reason: 'resolved' | 'resolved_before_triage'; status: AlertStatus };

/** Answers what a report does to the live alert with its key; null: there is none. */
export function decideReport(
  live: LiveAlert | null,
  report: Pick<AlertReport, 'status' | 'severity' | 'endsAt'>,
  nowMs: number,
  policy: { dedupeMaxMs: number },
): ReportDecision {
  if (report.status === 'resolved') return decideEnd(live, report.endsAt);
  if (!live) return { action: 'create', reason: 'first' };
  if (live.dedupe_ttl_ms !== null) {
    if (nowMs - live.last_seen_at > live.dedupe_ttl_ms) return { action: 'supersede', reason: 'past_ttl' };
    if (nowMs - live.first_seen_at > policy.dedupeMaxMs)
      return { action: 'supersede', reason: 'past_dedupe_max' };
  }
  const rose = severityRank(report.severity) < severityRank(live.severity);
  return {
    action: 'repeat',
    reason: rose ? 'severity_raised' : 'deduped_within_ttl',
    // What was settled at a lower severity is not settled any more; a worker that has it hears of it at its ack.
    status: rose && live.status === 'acked' ? 'new' : live.status,
    severity: worstSeverity(live.severity, report.severity),
    rose: rose && live.status === 'processing',
  };
}

function decideEnd(live: LiveAlert | null, endedAt: number | null): ReportDecision {
  if (!live) return { action: 'ignore', reason: 'nothing_to_resolve' };
  if (endedAt !== null && endedAt < live.started_at) return { action: 'ignore', reason: 'resolve_is_older' };
  return { action: 'end', ...endOf(live) };
}

/** Answers the work status and the reason of an alert that ends: what nobody has begun needs no more work. */
export function endOf(live: Pick<LiveAlert, 'status' | 'announced'>): {
  status: AlertStatus;
  reason: 'resolved' | 'resolved_before_triage';
} {
  switch (live.status) {
    case 'new':
    case 'failed':
      return { status: 'acked', reason: live.announced ? 'resolved' : 'resolved_before_triage' };
    case 'processing':
    case 'acked':
    case 'dead':
      return { status: live.status, reason: 'resolved' };
  }
}

/** Answers whether a repeat is one more report of its own: no resend of one episode or promise, no check that says the same again. */
export function isDistinctReport(
  live: Pick<LiveAlert, 'started_at'>,
  report: Pick<AlertReport, 'startedAt' | 'endsAt' | 'dedupeTtlMs'>,
): boolean {
  if (report.endsAt !== null || report.dedupeTtlMs === null) return false;
  return report.startedAt === null || report.startedAt !== live.started_at;
}

const maxRetryDelayMs = 3_600_000;

/** Answers what a failed or lost attempt leads to: another one later, doubling the delay up to an hour, or none. */
export function decideFailure(
  attemptsBefore: number,
  retryAfterMs: number,
  maxAttempts: number,
): { status: 'failed' | 'dead'; attempts: number; retryDelayMs: number | null } {
  const attempts = attemptsBefore + 1;
  if (attempts >= maxAttempts) return { status: 'dead', attempts, retryDelayMs: null };
  return {
    status: 'failed',
    attempts,
    retryDelayMs: Math.min(retryAfterMs * 2 ** attemptsBefore, maxRetryDelayMs),
  };
}

/** What an operator may do to an alert by hand, and from which states. */
const handMoves = {
  requeue: ['processing', 'acked', 'failed', 'dead'],
  retry: ['failed', 'dead'],
  ack: ['new', 'processing', 'failed', 'dead'],
} as const satisfies Record<string, readonly AlertStatus[]>;

export type HandMove = keyof typeof handMoves;

/** Answers whether a move by hand is legal from that state. */
export function mayMove(move: HandMove, from: AlertStatus): boolean {
  return (handMoves[move] as readonly AlertStatus[]).includes(from);
}
