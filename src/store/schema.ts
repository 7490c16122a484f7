import type { Severity } from '../core/severity.ts';

/*
 * Row types of every table. Times are epoch milliseconds, flags 0 or 1, JSON is text that no query looks into.
 * A new column goes here, into a migration, and into nothing else.
 */

export type AlertStatus = 'new' | 'processing' | 'acked' | 'failed' | 'dead';

export type AlertRow = {
  alert_ref: string;
  dedupe_key: string;
  fingerprint: string;
  signature: string;
  service: string;
  env: string;
  kind: string;
  severity: Severity;
  severity_rank: number;
  title: string;
  message: string | null;
  source: string;
  status: AlertStatus;
  occurrences: number;
  first_seen_at: number;
  last_seen_at: number;
  started_at: number;
  /** A promise to repeat by then; when it lapses the alert ends. */
  ends_at: number | null;
  /** Null while live. */
  ended_at: number | null;
  /** Null: lives until healed. */
  dedupe_ttl_ms: number | null;
  labels: string | null;
  annotations: string | null;
  metrics: string | null;
  evidence: string | null;
  component: string | null;
  owner: string | null;
  lease_token: string | null;
  processing_lock_until: number | null;
  attempts: number;
  retry_at: number | null;
  last_error: string | null;
  /** 1: its severity rose while a worker had it, so that the ack sends it round again. */
  rose_since_claim: number;
  /** 0: nobody was told; 1: its start was told; 2: its end too, or another alert took its place. */
  announced: number;
  incident_id: string | null;
  silenced_by: string | null;
  created_at: number;
  updated_at: number;
};

export type AlertEventRow = {
  alert_ref: string;
  event_id: string;
  at: number;
  actor: string;
  from_status: AlertStatus | null;
  to_status: AlertStatus;
  reason: string;
  note: string | null;
  request_id: string | null;
};

/** Why something happened to an alert, or did not: one row per alert and reason, counted. */
export type AlertDecisionRow = {
  alert_ref: string;
  reason: string;
  rule: string | null;
  occurrences: number;
  first_at: number;
  last_at: number;
};

export type AlertSourceRow = { source: string; last_seen_at: number };

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
};

export type ServiceLockRow = { service: string; env: string };
export type CounterRow = { name: string; value: number };

export type CheckStatus = 'ok' | 'degraded' | 'down' | 'unknown';

export type CheckStateRow = {
  component: string;
  check_name: string;
  status: CheckStatus;
  reason: string | null;
  detail: string | null;
  since: number;
  checked_at: number;
  latency_ms: number | null;
  consecutive_failures: number;
  consecutive_downs: number;
  consecutive_successes: number;
  consecutive_not_downs: number;
  last_good: string | null;
};

export type ComponentStatusRow = {
  component: string;
  status: CheckStatus;
  reason: string | null;
  since: number;
  checked_at: number;
};

export type ComponentChangeRow = {
  component: string;
  change_id: string;
  at: number;
  from_status: CheckStatus | null;
  to_status: CheckStatus;
  reason: string | null;
};

export type NotificationStatus =
  | 'pending'
  | 'sending'
  | 'delivered'
  | 'failed'
  | 'dead'
  | 'skipped_dry_run'
  | 'skipped_unconfigured'
  | 'superseded';

export type NotificationRow = {
  notification_id: string;
  idempotency_key: string;
  channel: string;
  route: string | null;
  event: string;
  /** The incident or alert it tells of: messages of one thread on one channel go out in order. */
  thread: string;
  incident_id: string | null;
  alert_ref: string | null;
  severity: Severity;
  payload: string;
  status: NotificationStatus;
  attempts: number;
  next_attempt_at: number;
  lease_token: string | null;
  locked_until: number | null;
  error: string | null;
  provider_message_id: string | null;
  created_at: number;
  sent_at: number | null;
};

/** What a channel must remember between messages (a Telegram chat that moved). */
export type ChannelMemoryRow = { channel: string; key: string; value: string; updated_at: number };

export type TokenRow = {
  token_id: string;
  name: string;
  role: string;
  /** `api` is a bearer token, `session` a signed-in browser, `signin` a link that works once. */
  kind: 'api' | 'session' | 'signin';
  hash: string;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
};

/** A role that one process at a time plays (who runs the checks). */
export type LeaseRow = { name: string; holder: string; token: string; until_at: number };

export type MigrationRow = { name: string; applied_at: number };

export type Database = {
  alert: AlertRow;
  alert_event: AlertEventRow;
  alert_decision: AlertDecisionRow;
  alert_source: AlertSourceRow;
  incident: IncidentRow;
  incident_signature: IncidentSignatureRow;
  incident_event: IncidentEventRow;
  incident_artifact: IncidentArtifactRow;
  triage: TriageRow;
  signature_state: SignatureStateRow;
  signature_minute: SignatureMinuteRow;
  service_lock: ServiceLockRow;
  counter: CounterRow;
  check_state: CheckStateRow;
  component_status: ComponentStatusRow;
  component_change: ComponentChangeRow;
  notification: NotificationRow;
  channel_memory: ChannelMemoryRow;
  token: TokenRow;
  lease: LeaseRow;
  migration: MigrationRow;
};
