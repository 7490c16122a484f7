import { randomUUID } from 'node:crypto';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Client } from 'pg';
import type { Claimer, Engine } from './claimer.ts';

/*
 * The least that claim and ack cost: two statements, each a durable commit. No events, no look for lost leases, no retries.
 */

const leaseMs = 600_000;

/** Where something waits, by the names of its columns. */
export type WaitingTable = {
  name: string;
  id: string;
  rank: string;
  lockedUntil: string;
  /** What is so of those that wait, as their index says it. */
  waits?: string;
  /** Whether each move is written down in the same statement; on PostgreSQL alone. */
  hasEvents?: boolean;
};

/** Has the columns and the index for claims, and nothing else. */
export const workTable: WaitingTable = { name: 'work', id: 'id', rank: 'rank', lockedUntil: 'locked_until' };

/** Tocsin's own, with all that an alert says and all its indexes. */
const alertTable: WaitingTable = {
  name: 'alert',
  id: 'alert_ref',
  rank: 'severity_rank',
  lockedUntil: 'processing_lock_until',
};

/** The same, as the engine's indexes name what waits. */
export const alertTables: Readonly<Record<Engine, WaitingTable>> = {
  sqlite: alertTable,
  postgres: { ...alertTable, waits: `queue = 'open' and status = 'new'` },
};

/** Answers a claimer by bare statements; `target` is an address of PostgreSQL or a SQLite file. */
export function createBareClaimer(target: string, table: WaitingTable): Promise<Claimer> {
  return target.startsWith('postgres')
    ? createOnPostgres(target, table)
    : Promise.resolve(createOnSqlite(target, table));
}

type Place = (n: number) => string;

const claimText = (
  { name, id, rank, lockedUntil, waits = `status = 'new'` }: WaitingTable,
  lock: string,
  place: Place,
) => `
  update ${name} set status = 'processing', lease_token = ${place(1)}, ${lockedUntil} = ${place(2)}
  where ${id} in (select ${id} from ${name} where ${waits} order by ${rank}, ${id} limit ${place(3)} ${lock})
  returning *`;

const ackText = ({ name, id }: WaitingTable, isOneOf: string, token: string) => `
  update ${name} set status = 'acked', lease_token = null
  where ${id} ${isOneOf} and lease_token = ${token}`;

const withEvents = (moving: string, eventId: string, from: string, reason: string) => `
  with moved as (${moving}), told as (
    insert into alert_event (alert_ref, event_id, at, actor, from_status, to_status, reason)
    select alert_ref, ${eventId}, updated_at, 'bench', '${from}', status, '${reason}' from moved)
  select * from moved`;

async function createOnPostgres(target: string, table: WaitingTable): Promise<Claimer> {
  const client = new Client(target);
  await client.connect();
  const moves = {
    claim: claimText(table, 'for update skip locked', (n) => `$${n}`),
    ack: ackText(table, '= any($1)', '$2'),
  };
  const texts = table.hasEvents
    ? {
        claim: withEvents(moves.claim, `$1 || '.claim'`, 'new', 'claimed'),
        ack: withEvents(`${moves.ack} returning *`, `$2 || '.ack'`, 'processing', 'acked'),
      }
    : moves;
  const claim = { name: 'claim', text: texts.claim };
  const ack = { name: 'ack', text: texts.ack };
  return {
    async claimAndAck(limit) {
      const token = randomUUID();
      const { rows } = await client.query({ ...claim, values: [token, Date.now() + leaseMs, limit] });
      if (rows.length === 0) return 0;
      const ids = rows.map((row: Record<string, string>) => row[table.id]);
      return (await client.query({ ...ack, values: [ids, token] })).rowCount ?? 0;
    },
  };
}

function createOnSqlite(target: string, table: WaitingTable): Claimer {
  const { columns, claim, ack } = prepareOnSqlite(target, table);
  return {
    async claimAndAck(limit) {
      const token = randomUUID();
      const rows = toObjects(columns, claim(token, limit));
      return rows.length === 0
        ? 0
        : ack(
            rows.map((row) => row[table.id]),
            token,
          );
    },
  };
}

type Rows = readonly unknown[][];
/** Claim and ack on SQLite: one answers what it has leased, by columns, the other how many it has acked. */
export type SqliteStatements = {
  columns: readonly string[];
  claim(token: string, limit: number): Rows;
  ack(ids: readonly unknown[], token: string): number;
};

/** Answers rows as whoever claims them reads them. */
export function toObjects(columns: readonly string[], rows: Rows): Record<string, unknown>[] {
  return rows.map((row) => {
    const object: Record<string, unknown> = {};
    for (let i = 0; i < columns.length; i++) object[columns[i] ?? ''] = row[i];
    return object;
  });
}

/** Opens the file as Tocsin does, every commit on disk. */
export function openFile(target: string): DatabaseSync {
  const database = new DatabaseSync(target, { timeout: 10_000 });
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536');
  return database;
}

type Bound = SQLInputValue | Record<string, SQLInputValue>;

/** Prepares a statement whose rows cross threads: as arrays that costs a third. */
export function prepareArrays(database: DatabaseSync, text: string) {
  const statement = database.prepare(text);
  statement.setReturnArrays(true);
  const columns = statement.columns().map(({ name }) => name);
  const all = statement.all.bind(statement) as unknown as (...values: Bound[]) => Rows;
  return { columns, all };
}

/** Prepares claim and ack on a table. */
export function prepareOnSqlite(target: string, table: WaitingTable): SqliteStatements {
  const database = openFile(target);
  const { columns, all } = prepareArrays(
    database,
    claimText(table, '', () => '?'),
  );
  const ack = database.prepare(ackText(table, 'in (select value from json_each(?))', '?'));
  return {
    columns,
    claim: (token, limit) => all(token, Date.now() + leaseMs, limit),
    ack: (ids, token) => Number(ack.run(JSON.stringify(ids), token).changes),
  };
}
