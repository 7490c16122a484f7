import type { Severity } from '../../core/severity.ts';

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
  /** What holds it, or held it to its end: a silence, a maintenance, or another alert by an inhibition. */
  silenced_by: string | null;
  /** The request that brought its first report. */
  request_id: string | null;
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

/** So many alerts in the order of their references, counted; they follow each other without a gap, but for what the retention removed. */
export type AlertBlockRow = {
  /** The first reference of it, and the one before which it ends. */
  from_ref: string;
  to_ref: string;
  /** How many there are of each severity. */
  p0: number;
  p1: number;
  p2: number;
  p3: number;
  info: number;
  /** How many had ended by the time to which ends are counted. */
  ended: number;
  /** When it is counted anew; 0: until then none of its counts is true. */
  due_at: number;
};

/** That alerts with the value came in the block, and between which of them all are. */
export type AlertNoteRow = {
  dimension: string;
  value: string;
  from_ref: string;
  first_ref: string;
  last_ref: string;
  /** How many alerts of whatever value there are from the first to the last. */
  looks: number;
};

/** That alerts with the value came in the hour: of the version before, for its processes while an upgrade goes on. Nothing else reads or writes it. */
export type AlertHourRow = {
  dimension: string;
  value: string;
  hour_at: number;
  alerts: number;
};

export type AlertSourceRow = { source: string; last_seen_at: number };

/** A silence that somebody asked for; those of the configuration have no row. */
export type SilenceRow = {
  silence_id: string;
  /** A match in the words of the API, as JSON. */
  matchers: string;
  starts_at: number;
  ends_at: number;
  comment: string | null;
  created_by: string;
  created_at: number;
  /** Who ended it before its time. */
  expired_by: string | null;
};

/** That a live alert matches the `when` of an inhibition: where to look for what inhibits others, and no more than that. */
export type InhibitorRow = {
  /** Hash of the rule's `when` and `equal`, and of the alert's values of these. */
  inhibition_key: string;
  alert_ref: string;
};
