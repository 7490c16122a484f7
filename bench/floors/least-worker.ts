import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import {
  countTrail,
  isLive,
  type LeastRow,
  leastSchema,
  type Repeated,
  repeatSets,
  saidColumns,
} from './least-row.ts';

/* The database thread of the least that ingest has to be: one message is one durable commit, and is answered with what was a repeat. */

const { path } = workerData as { path: string };
const database = new DatabaseSync(path);
database.exec(`
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma wal_autocheckpoint = 8000;
  ${leastSchema}`);
const names = saidColumns.join(', ');
const places = saidColumns.map(() => '?').join(', ');
const insert = database.prepare(`
  insert into alert (${names}, last_seen_at, created_at, updated_at) values (${places}, ?, ?, ?)
  on conflict ${isLive} do nothing`);
const repeat = database.prepare(`
  update alert set ${repeatSets}
  from (select ? as occurrences, ? as first_seen_at, ? as message, ? as metrics, ? as severity_rank) as new
  where substr(dedupe_key, 1, 32) = substr(?, 1, 32) and ended_at is null
  returning alert_ref, dedupe_key, alert.occurrences as occurrences`);
const count = database.prepare(`insert into trail values (?, 'deduped_within_ttl', ?, ?, ?) ${countTrail}`);

type Value = LeastRow[keyof LeastRow];

const place = (name: keyof LeastRow) => saidColumns.indexOf(name);
const firstSeenAt = place('first_seen_at');
const occurrences = place('occurrences');
const repeatPlaces = [
  occurrences,
  firstSeenAt,
  ...(['message', 'metrics', 'severity_rank', 'dedupe_key'] as const).map(place),
];

function write(row: readonly Value[]): Repeated[] {
  const at = row[firstSeenAt] ?? 0;
  if (insert.run(...row, at, at, at).changes === 1) return [];
  const repeated = repeat.get(...repeatPlaces.map((i) => row[i] ?? null)) as Repeated;
  count.run(repeated.alert_ref, row[occurrences] ?? 1, at, at);
  return [repeated];
}

parentPort?.on('message', (rows: (readonly Value[])[]) => {
  database.exec('begin');
  const repeated = rows.flatMap(write);
  database.exec('commit');
  parentPort?.postMessage(repeated);
});
