import { PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Log } from '../../core/log.ts';
import { pipeline } from './connection.ts';
import { createPlanNames } from './plan-names.ts';

const int8 = 20;
const numeric = 1700;
const maxConnections = 12;
// Then another takes its place: what the server keeps of a connection, plans above all, does not grow for ever.
const maxAgeSeconds = 30 * 60;
const connectTimeoutMs = 5_000;
const keepAliveAfterMs = 10_000;

/** How long things may take, in milliseconds; 0: without end. */
export type PostgresLimits = {
  lockMs: number;
  statementMs: number;
  /** How long a transaction may stay open without a statement, as that of a process which hangs. */
  idleInTransactionMs: number;
  /** After this an answer is not awaited, nor the connection used again: the server ends what takes long by itself before. */
  answerMs: number;
};

/** For what the service asks all day. */
export const everydayLimits: PostgresLimits = {
  lockMs: 8_000,
  statementMs: 12_000,
  idleInTransactionMs: 30_000,
  answerMs: 15_000,
};

/** For migrations: they wait for each other, and may rebuild a large table. */
export const migrationLimits: PostgresLimits = {
  lockMs: 10 * 60_000,
  statementMs: 0,
  idleInTransactionMs: 60_000,
  answerMs: 0,
};

/** Answers Kysely's dialect on a pool of connections; whole numbers and sums come back as numbers. */
export function createPostgresEngine(dsn: string, log: Log, limits: PostgresLimits): PostgresDialect {
  const pool = new pg.Pool({
    connectionString: dsn,
    max: maxConnections,
    maxLifetimeSeconds: maxAgeSeconds,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveAfterMs,
    // A connection is handed out when this is done. PgBouncer refuses these as parameters of the start.
    onConnect: (client) => client.query(limit(limits)),
    query_timeout: limits.answerMs,
    application_name: 'tocsin',
    pipeline: true,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === int8 || oid === numeric ? Number : pg.types.getTypeParser(oid, format ?? 'text'),
    } as pg.CustomTypesConfig,
  });
  // An idle connection that the server ends is no reason to end; the next query opens another.
  pool.on('error', (err) => log.warn({ tag: 'db', err }, '[db] an idle PostgreSQL connection was lost'));
  // One in use says so twice: the query under way or the next one fails, and this event would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  const names = createPlanNames();
  const connect = async () => {
    const client = await pool.connect();
    return pipeline(client, names.of(client));
  };
  return new PostgresDialect({ pool: { connect, end: () => pool.end(), options: pool.options } });
}

function limit({ lockMs, statementMs, idleInTransactionMs }: PostgresLimits): string {
  return `set lock_timeout = ${lockMs}; set statement_timeout = ${statementMs};
    set idle_in_transaction_session_timeout = ${idleInTransactionMs}`;
}
