import { severityRank } from '../core/severity.ts';
import type { AlertRow } from '../store/index.ts';
import { signatureOf } from './fingerprint.ts';
import type { KeyedReport } from './keyed-report.ts';

/** Answers the row of a new alert; one that it supersedes hands it its place in the incident. */
export function buildAlert(
  keyed: KeyedReport,
  ulid: string,
  nowMs: number,
  before: AlertRow | null,
): AlertRow {
  const { report, fingerprint, dedupeKey } = keyed;
  return {
    alert_ref: `alrt_${ulid}`,
    dedupe_key: dedupeKey,
    fingerprint,
    signature: signatureOf(report.service, report.kind, fingerprint),
    service: report.service,
    env: report.env,
    kind: report.kind,
    severity: report.severity,
    severity_rank: severityRank(report.severity),
    title: report.title,
    message: report.message,
    source: report.source,
    status: 'new',
    occurrences: 1,
    first_seen_at: nowMs,
    last_seen_at: nowMs,
    started_at: report.startedAt ?? nowMs,
    ends_at: report.endsAt,
    ended_at: null,
    dedupe_ttl_ms: report.dedupeTtlMs,
    labels: toJson(report.labels),
    annotations: toJson(report.annotations),
    metrics: toJson(report.metrics),
    evidence: report.evidence ? JSON.stringify(report.evidence) : null,
    component: componentOf(report),
    owner: null,
    lease_token: null,
    processing_lock_until: null,
    attempts: 0,
    retry_at: null,
    last_error: null,
    rose_since_claim: 0,
    announced: 0,
    incident_id: before?.incident_id ?? null,
    silenced_by: null,
    request_id: keyed.requestId,
    created_at: nowMs,
    updated_at: nowMs,
  };
}

/** Answers the component that a report is about; null: it names none. */
export function componentOf({ labels }: Pick<KeyedReport['report'], 'labels'>): string | null {
  return labels.component ?? labels.instatus_component ?? null;
}

/** Answers the map as text, null for an empty one. */
export function toJson(map: Readonly<Record<string, unknown>>): string | null {
  for (const _ in map) return JSON.stringify(map);
  return null;
}
