import { redactText, redactTexts } from '../config/index.ts';
import { toIso } from '../core/clock.ts';
import type { AlertRow } from '../store/index.ts';
import { isLeft } from './left.ts';
import type { AlertView } from './types.ts';

/** Answers the alert as the API shows it, without secrets that its source has told. */
export function toAlertView(row: AlertRow): AlertView {
  return {
    alert_ref: row.alert_ref,
    dedupe_key: row.dedupe_key,
    fingerprint: redactText(row.fingerprint),
    signature: row.signature,
    service: row.service,
    env: row.env,
    kind: row.kind,
    severity: row.severity,
    title: redactText(row.title),
    message: row.message === null ? null : redactText(row.message),
    source: row.source,
    status: row.status,
    state: row.ended_at === null ? 'firing' : 'resolved',
    occurrences: row.occurrences,
    first_seen_at: toIso(row.first_seen_at),
    last_seen_at: toIso(row.last_seen_at),
    started_at: toIso(row.started_at),
    ended_at: toIso(row.ended_at),
    labels: redactTexts(readJson(row.labels, {})),
    annotations: redactTexts(readJson(row.annotations, {})),
    metrics: readJson(row.metrics, {}),
    evidence: redactTexts(readJson(row.evidence, null)),
    owner: row.owner,
    processing_lock_until: toIso(row.processing_lock_until),
    attempts: row.attempts,
    retry_at: isLeft(row) ? null : toIso(row.retry_at),
    last_error: row.last_error === null ? null : redactText(row.last_error),
    incident_id: row.incident_id,
    silenced_by: row.silenced_by,
    created_at: toIso(row.created_at),
    updated_at: toIso(row.updated_at),
  };
}

/** Reads what we wrote ourselves. */
function readJson<Value>(text: string | null, absent: Value): Value {
  return text === null ? absent : (JSON.parse(text) as Value);
}
