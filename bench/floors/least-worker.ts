import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/*
 * The database thread of the least that ingest has to be: what an alert says and where the work on it stands, one live alert a
 * problem by a unique index, and an index of what waits, as somebody has to find it. One message is one durable commit.
 */

/** What of an alert crosses to this thread; all else is alike in new ones. */
export type LeastRow = readonly (string | number | null)[];

const { path } = workerData as { path: string };
const database = new DatabaseSync(path);
database.exec(`
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma wal_autocheckpoint = 8000;
  create table alert (alert_ref text primary key, dedupe_key text, fingerprint text, service text, env text, kind text,
    severity text, severity_rank integer, title text, message text, source text, labels text, annotations text, metrics text,
    evidence text, first_seen_at integer, started_at integer, ends_at integer, dedupe_ttl_ms integer, request_id text,
    status text, occurrences integer, last_seen_at integer, ended_at integer, owner text, lease_token text,
    processing_lock_until integer, attempts integer, retry_at integer, last_error text, incident_id text, silenced_by text,
    created_at integer, updated_at integer);
  create unique index alert_live on alert (substr(dedupe_key, 1, 32)) where ended_at is null;
  create index alert_waiting on alert (severity_rank, alert_ref) where status = 'new'`);
const insert = database.prepare(`
  insert into alert values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
    'new', 1, ?, null, null, null, null, 0, null, null, null, null, ?, ?)
  on conflict (substr(dedupe_key, 1, 32)) where ended_at is null do nothing`);

parentPort?.on('message', (rows: LeastRow[]) => {
  let written = 0;
  database.exec('begin');
  for (const row of rows) written += Number(insert.run(...row).changes);
  database.exec('commit');
  parentPort?.postMessage(written);
});
