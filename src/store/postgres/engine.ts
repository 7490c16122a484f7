import { PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Log } from '../../core/log.ts';

const int8 = 20;
const numeric = 1700;
const maxConnections = 12;
const connectTimeoutMs = 5_000;

/** Answers Kysely's dialect on a pool of connections; whole numbers and sums come back as numbers. */
export function createPostgresEngine(dsn: string, log: Log): PostgresDialect {
  const pool = new pg.Pool({
    connectionString: dsn,
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'tocsin',
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === int8 || oid === numeric ? Number : pg.types.getTypeParser(oid, format ?? 'text'),
    } as pg.CustomTypesConfig,
  });
  // An idle connection that the server ends is no reason to end; the next query opens another.
  pool.on('error', (err) => log.warn({ tag: 'db', err }, '[db] an idle PostgreSQL connection was lost'));
  // One in use says so twice: the query under way or the next one fails, and this event would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return new PostgresDialect({ pool });
}
