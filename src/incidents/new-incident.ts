import type { IncidentRow } from '../store/index.ts';

/** What is known of an incident when it begins. */
type Beginning = Pick<
  IncidentRow,
  | 'incident_id'
  | 'number'
  | 'title'
  | 'service'
  | 'env'
  | 'severity'
  | 'severity_cap'
  | 'signature'
  | 'components'
  | 'summary'
  | 'started_at'
>;

/** Answers an incident that is open since now, and that nobody has done anything with. */
export function newIncidentRow(nowMs: number, beginning: Beginning): IncidentRow {
  return {
    ...beginning,
    status: 'open',
    owner: null,
    last_alert_at: nowMs,
    resolved_at: null,
    closed_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    superseded_by: null,
    created_at: nowMs,
    updated_at: nowMs,
    severity_set_at: null,
    candidate_at: null,
    reopened_at: null,
    climbed_ms: 0,
  };
}
