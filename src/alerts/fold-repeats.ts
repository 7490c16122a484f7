import { severityRank } from '../core/severity.ts';
import type { KeyedReport } from './keyed-report.ts';
import { toJson } from './new-alert.ts';

/** What reports of one key leave of a live alert, if all of them do no more than repeat it. Times are epoch milliseconds. */
export type PlainRepeat = {
  key: string;
  reports: number;
  /** The rank of the most severe: less is more severe. */
  top_rank: number;
  /** How long they are the same problem, as the last of them says. */
  ttl_ms: number;
  /** The last that any of them says; null: none says any, so that it stays as it is. */
  message: string | null;
  metrics: string | null;
  annotations: string | null;
  evidence: string | null;
};

/** Answers what the reports leave, key by key in their order; keys are left out of which a report may be more than a repeat. */
export function foldRepeats(reports: readonly KeyedReport[]): PlainRepeat[] {
  const ofKey = new Map<string, PlainRepeat | null>();
  for (const keyed of reports) {
    const { dedupeKey } = keyed;
    const before = ofKey.get(dedupeKey);
    ofKey.set(dedupeKey, before === null ? null : addReport(before, keyed));
  }
  const repeats = [...ofKey.values()].filter((repeat) => repeat !== null);
  return repeats.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Null: what it does hangs on more than a statement says. An end, a lease, and one that may be a resend of an episode. */
function addReport(before: PlainRepeat | undefined, { report, dedupeKey }: KeyedReport): PlainRepeat | null {
  const { dedupeTtlMs, evidence } = report;
  if (report.status !== 'firing' || report.startedAt !== null) return null;
  if (report.endsAt !== null || dedupeTtlMs === null) return null;
  const rank = severityRank(report.severity);
  return {
    key: dedupeKey,
    reports: (before?.reports ?? 0) + 1,
    top_rank: Math.min(before?.top_rank ?? rank, rank),
    ttl_ms: dedupeTtlMs,
    message: report.message ?? before?.message ?? null,
    metrics: toJson(report.metrics) ?? before?.metrics ?? null,
    annotations: toJson(report.annotations) ?? before?.annotations ?? null,
    evidence: evidence ? JSON.stringify(evidence) : (before?.evidence ?? null),
  };
}
