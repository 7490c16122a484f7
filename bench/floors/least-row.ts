/*
 * The table of the least that ingest has to be, in words that both engines know: all that an alert says and where the work on it
 * stands, one live alert a problem by a unique index, an index of what waits, and the trail that answers why nobody was told.
 */

/** What of an alert comes with its report; all else is alike in new ones. Times are Unix milliseconds. */
const said = {
  alert_ref: 'text',
  dedupe_key: 'text',
  fingerprint: 'text',
  service: 'text',
  env: 'text',
  kind: 'text',
  severity: 'text',
  severity_rank: 'integer',
  title: 'text',
  message: 'text',
  source: 'text',
  labels: 'text',
  annotations: 'text',
  metrics: 'text',
  evidence: 'text',
  first_seen_at: 'bigint',
  started_at: 'bigint',
  ends_at: 'bigint',
  dedupe_ttl_ms: 'bigint',
  request_id: 'text',
  occurrences: 'integer',
} as const;

export type LeastRow = Record<keyof typeof said, string | number | null> & {
  alert_ref: string;
  dedupe_key: string;
  occurrences: number;
};

const typed = Object.entries(said).map(([name, type]) => `${name} ${type}`);

/** The columns that a report fills, in order. */
export const saidColumns = Object.keys(said) as (keyof LeastRow)[];

/** The same as the column definitions of `json_to_recordset`. */
export const saidTypes = typed.join(', ');

export const leastSchema = `
  create table alert (${saidTypes}, status text default 'new', last_seen_at bigint, ended_at bigint, owner text,
    lease_token text, processing_lock_until bigint, attempts integer default 0, retry_at bigint, last_error text,
    incident_id text, silenced_by text, created_at bigint, updated_at bigint, primary key (alert_ref));
  create unique index alert_live on alert (substr(dedupe_key, 1, 32)) where ended_at is null;
  create index alert_waiting on alert (severity_rank, alert_ref) where status = 'new';
  create table trail (alert_ref text, reason text, occurrences integer, first_at bigint, last_at bigint,
    primary key (alert_ref, reason))`;

export const isLive = '(substr(dedupe_key, 1, 32)) where ended_at is null';

/** What a repeat changes in the row that is live; `new` names the row of the report. */
export const repeatSets = `occurrences = alert.occurrences + new.occurrences, last_seen_at = new.first_seen_at,
  updated_at = new.first_seen_at, message = coalesce(new.message, alert.message), metrics = coalesce(new.metrics, alert.metrics),
  severity_rank = case when new.severity_rank < alert.severity_rank then new.severity_rank else alert.severity_rank end`;

/** Counts the repeat in the trail of its alert. */
export const countTrail = `on conflict (alert_ref, reason) do update
  set occurrences = trail.occurrences + excluded.occurrences, last_at = excluded.last_at`;

/** A live alert that was repeated. */
export type Repeated = Pick<LeastRow, 'alert_ref' | 'dedupe_key' | 'occurrences'>;
