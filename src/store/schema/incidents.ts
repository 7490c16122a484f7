import type { Severity } from '../../core/severity.ts';

export type IncidentStatus = 'open' | 'mitigating' | 'resolved' | 'closed';

export type IncidentRow = {
  incident_id: string;
  number: number;
  title: string;
  service: string;
  env: string;
  severity: Severity;
  severity_cap: Severity | null;
  status: IncidentStatus;
  signature: string;
  components: string;
  summary: string | null;
  owner: string | null;
  started_at: number;
  last_alert_at: number;
  resolved_at: number | null;
  closed_at: number | null;
  acknowledged_at: number | null;
  acknowledged_by: string | null;
  superseded_by: string | null;
  created_at: number;
  updated_at: number;
  /** When a person last said how severe it is; null: nobody did. */
  severity_set_at: number | null;
  /** When it was noted that its alerts have fallen silent; null: they have not. */
  candidate_at: number | null;
  /** When it was opened again last; null: never. */
  reopened_at: number | null;
  /** How long it had to wait for the last step that told of it; 0: none has since it was opened. */
  climbed_ms: number;
};

/** Which signatures an incident stands for; one open row per signature and env. */
export type IncidentSignatureRow = {
  signature: string;
  env: string;
  incident_id: string;
  created_at: number;
  ended_at: number | null;
};

export type IncidentEventType =
  | 'note'
  | 'decision'
  | 'action'
  | 'followup'
  | 'status_change'
  | 'alert'
  | 'triage'
  | 'escalation'
  | 'notification'
  | 'gate';

export type IncidentEventRow = {
  incident_id: string;
  event_id: string;
  at: number;
  /** Equal to `at` unless repeats were counted into this row. */
  last_at: number;
  occurrences: number;
  type: IncidentEventType;
  actor: string;
  message: string;
  meta: string | null;
};

export type IncidentArtifactRow = {
  artifact_id: string;
  incident_id: string;
  name: string;
  content_type: string;
  content: string;
  body_bytes: number;
  created_at: number;
};

export type FollowupStatus = 'open' | 'done' | 'cancelled';

/** What is left to do after an incident. */
export type IncidentFollowupRow = {
  followup_id: string;
  incident_id: string;
  title: string;
  owner: string | null;
  priority: Severity;
  due_at: number | null;
  status: FollowupStatus;
  links: string | null;
  created_by: string;
  created_at: number;
  updated_at: number;
};

export type UpdateStatus = 'investigating' | 'identified' | 'monitoring' | 'resolved';

/** What the public is told of an incident. */
export type IncidentUpdateRow = {
  incident_id: string;
  update_id: string;
  at: number;
  status: UpdateStatus;
  message: string;
  actor: string;
};

/** Two incidents that belong together; written for both of them. */
export type IncidentLinkRow = {
  incident_id: string;
  other_id: string;
  relation: 'related' | 'merged';
  created_at: number;
};

export type TriageStatus = 'pending' | 'done' | 'failed';

export type TriageRow = {
  triage_id: string;
  incident_id: string;
  alert_ref: string;
  signature: string;
  env: string;
  status: TriageStatus;
  attempts: number;
  lease_token: string | null;
  locked_until: number | null;
  error: string | null;
  created_at: number;
  finished_at: number | null;
};

/** A summary that is to be generated for a triage report. */
export type TriageSummaryRow = {
  triage_id: string;
  incident_id: string;
  status: TriageStatus;
  /** The report, as JSON; null once the row is done or failed. */
  report: string | null;
  attempts: number;
  lease_token: string | null;
  locked_until: number | null;
  error: string | null;
  created_at: number;
  finished_at: number | null;
};

export type SignatureStateRow = {
  signature: string;
  env: string;
  last_triage_at: number | null;
  last_alert_at: number;
};

export type SignatureMinuteRow = {
  signature: string;
  env: string;
  minute_at: number;
  occurrences: number;
  triages: number;
  /** The alert that was counted last; null: somebody has looked at it since. */
  due_ref: string | null;
};

/** Why people heard of an incident, or did not: one row per incident and reason, counted. */
export type IncidentDecisionRow = {
  incident_id: string;
  reason: string;
  rule: string | null;
  occurrences: number;
  first_at: number;
  last_at: number;
};

export type ServiceLockRow = { service: string; env: string };
export type CounterRow = { name: string; value: number };
