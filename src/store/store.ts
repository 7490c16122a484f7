import { chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CompiledQuery, Kysely, sql } from 'kysely';
import { AppError, describeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Dialect } from './dialect.ts';
import { postgresDialect } from './postgres/dialect.ts';
import { createPostgresEngine } from './postgres/engine.ts';
import type { Database } from './schema.ts';
import { sqliteDialect } from './sqlite/dialect.ts';
import { createSqliteEngine } from './sqlite/engine.ts';

export type StoreOptions =
  | { backend: 'sqlite'; path: string }
  | { backend: 'memory' }
  | { backend: 'postgres'; dsn: string };

/** An open database. */
export type Store = {
  readonly backend: StoreOptions['backend'];
  readonly db: Kysely<Database>;
  readonly dialect: Dialect;
  /** False for a database that ends with the process. */
  readonly durable: boolean;
  /** Throws when the database cannot answer. */
  ping(): Promise<void>;
  /** How far the database's clock is ahead of this machine's, in milliseconds; 0 for a file on this machine. */
  measureClockOffsetMs(): Promise<number>;
  close(): Promise<void>;
};

/** Opens the database and proves that it answers. Throws UNAVAILABLE, never falls back to another. */
export async function openStore(options: StoreOptions, log: Log): Promise<Store> {
  const db = new Kysely<Database>({ dialect: await createEngine(options, log) });
  const store: Store = {
    backend: options.backend,
    db,
    dialect: options.backend === 'postgres' ? postgresDialect : sqliteDialect,
    durable: options.backend !== 'memory',
    ping: async () => void (await db.executeQuery(CompiledQuery.raw('select 1'))),
    measureClockOffsetMs: () => (options.backend === 'postgres' ? measureOffset(db) : Promise.resolve(0)),
    close: () => db.destroy(),
  };
  try {
    await store.ping();
    if (options.backend === 'sqlite') await chmod(options.path, 0o600);
    return store;
  } catch (error) {
    await db.destroy().catch(() => {}); // what matters is why it could not be opened
    throw new AppError(
      'UNAVAILABLE',
      `cannot open the database (${nameOf(options)}): ${describeError(error)}`,
      { cause: error },
    );
  }
}

async function createEngine(options: StoreOptions, log: Log) {
  if (options.backend === 'postgres') return createPostgresEngine(options.dsn, log);
  if (options.backend === 'memory') return createSqliteEngine(':memory:').dialect;
  await mkdir(dirname(options.path), { recursive: true, mode: 0o700 });
  return createSqliteEngine(options.path).dialect;
}

/** Answers the database's name without its password. */
function nameOf(options: StoreOptions): string {
  if (options.backend === 'memory') return 'SQLite in memory';
  if (options.backend === 'sqlite') return `SQLite file ${options.path}`;
  const url = URL.parse(options.dsn);
  return url ? `PostgreSQL at ${url.host}${url.pathname}` : 'PostgreSQL';
}

async function measureOffset(db: Kysely<Database>): Promise<number> {
  const before = Date.now();
  const answer = await sql<{
    now_ms: number;
  }>`select (extract(epoch from clock_timestamp()) * 1000)::int8 as now_ms`.execute(db);
  const after = Date.now();
  return (answer.rows[0]?.now_ms ?? after) - Math.round((before + after) / 2);
}
