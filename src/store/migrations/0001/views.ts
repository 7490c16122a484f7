import { type Kysely, sql } from 'kysely';
import type { Dialect } from '../../dialect.ts';
import type { Database } from '../../schema.ts';

/** Views for people: plural names, readable times. */
type View = {
  name: string;
  from: string;
  columns: readonly string[];
  times: readonly string[];
  /** Sums of `signature_minute` over the time that has just gone by. */
  rolling?: readonly { name: string; column: string; lastMs: number }[];
};

const hourMs = 3_600_000;

/** Views for people: plural names, readable times. */
const views: readonly View[] = [
  {
    name: 'alerts',
    from: 'alert',
    columns: [
      'alert_ref',
      'dedupe_key',
      'fingerprint',
      'signature',
      'service',
      'env',
      'kind',
      'severity',
      'title',
      'message',
      'source',
      'status',
      'occurrences',
      'labels',
      'annotations',
      'metrics',
      'evidence',
      'component',
      'owner',
      'attempts',
      'last_error',
      'incident_id',
      'silenced_by',
    ],
    times: [
      'first_seen_at',
      'last_seen_at',
      'started_at',
      'ends_at',
      'ended_at',
      'processing_lock_until',
      'retry_at',
      'created_at',
      'updated_at',
    ],
  },
  {
    name: 'incidents',
    from: 'incident',
    columns: [
      'incident_id',
      'number',
      'title',
      'service',
      'env',
      'severity',
      'status',
      'signature',
      'components',
      'summary',
      'owner',
      'acknowledged_by',
      'superseded_by',
    ],
    times: [
      'started_at',
      'last_alert_at',
      'resolved_at',
      'closed_at',
      'acknowledged_at',
      'created_at',
      'updated_at',
    ],
  },
  {
    name: 'incident_events',
    from: 'incident_event',
    columns: ['incident_id', 'event_id', 'type', 'actor', 'message', 'meta', 'occurrences'],
    times: ['at', 'last_at'],
  },
  {
    name: 'incident_signature_state',
    from: 'signature_state',
    columns: ['signature', 'env'],
    times: ['last_triage_at', 'last_alert_at'],
    rolling: [
      { name: 'triage_count_24h', column: 'triages', lastMs: 24 * hourMs },
      { name: 'occurrences_60m', column: 'occurrences', lastMs: hourMs },
    ],
  },
  {
    name: 'notifications',
    from: 'notification',
    columns: [
      'notification_id',
      'idempotency_key',
      'channel',
      'route',
      'event',
      'incident_id',
      'alert_ref',
      'severity',
      'status',
      'attempts',
      'error',
      'provider_message_id',
    ],
    times: ['next_attempt_at', 'created_at', 'sent_at'],
  },
  {
    name: 'component_statuses',
    from: 'component_status',
    columns: ['component', 'status', 'reason'],
    times: ['since', 'checked_at'],
  },
];

/** Makes the read-only views for `psql` and `sqlite3`. */
export async function createViews(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  for (const { name, from, columns, times, rolling = [] } of views) {
    const readable = times.map((column) => `${dialect.readableTime(column)} as ${column}`);
    const sums = rolling.map((sum) => `${sumMinutes(dialect, from, sum)} as ${sum.name}`);
    await sql
      .raw(`create view ${name} as select ${[...columns, ...readable, ...sums].join(', ')} from ${from}`)
      .execute(db);
  }
}

function sumMinutes(dialect: Dialect, from: string, { column, lastMs }: { column: string; lastMs: number }) {
  return `(select cast(coalesce(sum(minute.${column}), 0) as bigint) from signature_minute as minute
    where minute.signature = ${from}.signature and minute.env = ${from}.env
    and minute.minute_at >= ${dialect.presentMs} - ${lastMs})`;
}
