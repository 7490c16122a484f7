import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { Client } from 'pg';
import { ingest } from '../../src/alerts/index.ts';
import type { AlertReport } from '../../src/core/hand-over.ts';
import { severities } from '../../src/core/severity.ts';
import { migrate } from '../../src/store/index.ts';
import { openContext, storeOptions } from '../harness/store-context.ts';
import { leastSchema } from './least.ts';

const perCommit = 1000;
const dedupeMaxMs = 86_400_000;

/** Makes Tocsin's schema in an empty database and reports so many different alerts, of all severities. */
export async function fillAlerts(target: string, count: number): Promise<void> {
  const { store, ctx } = await openContext(storeOptions(target), 'fill');
  await migrate(store.db, store.dialect, ctx.clock.now());
  for (let first = 0; first < count; first += perCommit) {
    const reports = Array.from({ length: Math.min(perCommit, count - first) }, (_, i) =>
      buildReport(first + i),
    );
    await ingest(ctx, reports, { dedupeMaxMs });
  }
  await sql`analyze`.execute(store.db);
  await store.close();
  if (store.backend === 'sqlite') settle(target);
}

/** The same, and the work on them in a table beside. */
export async function fillLeast(target: string, count: number): Promise<void> {
  await fillAlerts(target, count);
  if (target.startsWith('postgres')) return runOnPostgres(target, [leastSchema]);
  const database = new DatabaseSync(target);
  database.exec(leastSchema);
  database.close();
  settle(target);
}

/** Answers a report that is a problem of its own for each number. */
function buildReport(number: number): AlertReport {
  return {
    service: `checkout-${number}`,
    env: 'prod',
    kind: 'latency',
    severity: severities[number % severities.length] ?? 'P2',
    title: 'latency of /pay is above 500 ms for 5 minutes',
    message: null,
    source: 'bench@fill',
    status: 'firing',
    startedAt: null,
    endsAt: null,
    labels: { alertname: 'HighLatency' },
    annotations: {},
    metrics: {},
    evidence: null,
    fingerprint: null,
    dedupeTtlMs: 1_800_000,
  };
}

/** Brings everything into the one file, so that it can be copied. */
function settle(path: string): void {
  const database = new DatabaseSync(path);
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
}

const columns =
  'id text primary key, rank integer, status text, lease_token text, locked_until bigint, title text';
const index = `create index work_waiting on work (rank, id) where status = 'new'`;

/** Makes the table of the bare statements, with as many rows. */
export async function fillBare(target: string, count: number): Promise<void> {
  const title = `'latency of /pay is above 500 ms for 5 minutes'`;
  if (!target.startsWith('postgres')) {
    const database = new DatabaseSync(target);
    database.exec(`
      create table work (${columns});
      with recursive series(n) as (select 1 union all select n + 1 from series where n < ${count})
      insert into work select printf('work_%012d', n), n % 5, 'new', null, null, ${title} from series;
      ${index};
      analyze`);
    return database.close();
  }
  await runOnPostgres(target, [
    `create table work (${columns})`,
    `insert into work select 'work_' || lpad(n::text, 12, '0'), n % 5, 'new', null, null, ${title}
      from generate_series(1, ${count}) n`,
    index,
    'analyze work',
  ]);
}

async function runOnPostgres(target: string, statements: readonly string[]): Promise<void> {
  const client = new Client(target);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}
