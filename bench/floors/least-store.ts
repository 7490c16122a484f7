import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { copyRows, sendCopy } from '../../src/store/postgres/copy.ts';
import {
  countTrail,
  type LeastRow,
  leastSchema,
  type Repeated,
  repeatSets,
  saidColumns,
  saidTypes,
} from './least-row.ts';

/** Writes rows of different problems with one durable commit, and answers those whose problem was live. */
export type LeastWrite = (rows: readonly LeastRow[]) => Promise<Repeated[]>;

export function writeToSqlite(path: string): LeastWrite {
  const worker = new Worker(new URL('./least-worker.ts', import.meta.url), { workerData: { path } });
  return (rows) =>
    new Promise((done) => {
      worker.once('message', done);
      worker.postMessage(rows.map((row) => saidColumns.map((name) => row[name])));
    });
}

/** Copies what is new, and has one statement for what was seen before; each is a transaction. */
export async function writeToPostgres(address: string): Promise<LeastWrite> {
  const client = new pg.Client(address);
  await client.connect();
  await client.query(leastSchema);
  const reported = `json_to_recordset($1) as new (${saidTypes})`;
  const firstHeard = {
    last_seen_at: 'first_seen_at',
    created_at: 'first_seen_at',
    updated_at: 'first_seen_at',
  };
  const repeat = `with repeated as (update alert set ${repeatSets} from ${reported}
      where substr(alert.dedupe_key, 1, 32) = substr(new.dedupe_key, 1, 32) and ended_at is null
      returning alert.alert_ref, alert.dedupe_key, alert.occurrences, new.occurrences as times, new.first_seen_at as at),
    counted as (insert into trail select alert_ref, 'deduped_within_ttl', times, at, at from repeated ${countTrail})
    select alert_ref, dedupe_key, occurrences from repeated`;
  const known = new Set<string>();
  return async (rows) => {
    const { fresh = [], live = [] } = Object.groupBy(rows, (row) =>
      known.has(row.dedupe_key) ? 'live' : 'fresh',
    );
    if (fresh.length > 0) await sendCopy(client, copyRows('alert', fresh, saidColumns, firstHeard));
    for (const row of fresh) known.add(row.dedupe_key);
    if (live.length === 0) return [];
    return (await client.query<Repeated>({ name: 'repeat', text: repeat, values: [JSON.stringify(live)] }))
      .rows;
  };
}
