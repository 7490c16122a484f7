import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CompiledQuery, Kysely, type Dialect as KyselyDialect, sql } from 'kysely';
import type { Clock } from '../core/clock.ts';
import { AppError, describeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Dialect } from './dialect.ts';
import { explainDataFolder, makeFolder } from './folder.ts';
import { postgresDialect } from './postgres/dialect.ts';
import { createPostgresEngine, everydayLimits, migrationLimits } from './postgres/engine.ts';
import { createPostgresWakeUps } from './postgres/wake-ups.ts';
import type { Database } from './schema.ts';
import { sqliteDialect } from './sqlite/dialect.ts';
import { createSqliteEngine } from './sqlite/engine.ts';
import { createSqliteWakeUps } from './sqlite/wake-ups.ts';
import { noWakeUps, type WakeUps } from './wake-ups.ts';

export type StoreOptions =
  | { backend: 'sqlite'; path: string }
  | { backend: 'memory' }
  | { backend: 'postgres'; dsn: string };

/** An open database. */
export type Store = {
  readonly backend: StoreOptions['backend'];
  readonly db: Kysely<Database>;
  /** The same with limits of time for migrations; it connects when it is used. */
  readonly migrationDb: Kysely<Database>;
  readonly dialect: Dialect;
  /** False for a database that ends with the process. */
  readonly durable: boolean;
  /** Throws when the database cannot answer. */
  ping(): Promise<void>;
  /** How far the database's clock is ahead of this machine's, in milliseconds; 0 for a file on this machine. */
  measureClockOffsetMs(): Promise<number>;
  /** Answers how this process and others on the database wake each other; not started yet. */
  createWakeUps(clock: Clock): WakeUps;
  close(): Promise<void>;
};

/** A database that is not opened yet. */
export type Opening = {
  /** Opens it and proves that it answers. Throws UNAVAILABLE, and INTERNAL_SERVER_ERROR for a data folder that is of no use; never falls back to another. */
  open(): Promise<Store>;
  /** Ends what was begun, instead of opening it. */
  abandon(): Promise<void>;
};

/** Begins to open the database: threads that are to hold it start meanwhile. Nothing is made, looked at or connected to. */
export function beginStore(options: StoreOptions, log: Log): Opening {
  const engine = createEngine(options, log);
  const store = createStore(options, engine, log);
  return {
    async open() {
      try {
        if (options.backend === 'sqlite') await prepareFile(options.path);
        await store.ping();
        return store;
      } catch (error) {
        await store.close().catch(() => {}); // what matters is why it could not be opened
        throw explainOpening(options, error);
      }
    },
    abandon: store.close,
  };
}

/** Opens the database and proves that it answers. Throws UNAVAILABLE, never falls back to another. */
export function openStore(options: StoreOptions, log: Log): Promise<Store> {
  return beginStore(options, log).open();
}

/** Opens the database for the time of the work. Throws what opening and the work throw. */
export async function withStore<Result>(
  options: StoreOptions,
  log: Log,
  work: (store: Store) => Promise<Result>,
): Promise<Result> {
  const store = await openStore(options, log);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function createStore(options: StoreOptions, { dialect, close }: Engine, log: Log): Store {
  const db = new Kysely<Database>({ dialect });
  const migrationDb =
    options.backend === 'postgres'
      ? new Kysely<Database>({ dialect: createPostgresEngine(options.dsn, log, migrationLimits) })
      : db;
  return {
    backend: options.backend,
    db,
    migrationDb,
    dialect: options.backend === 'postgres' ? postgresDialect : sqliteDialect,
    durable: options.backend !== 'memory',
    ping: async () => void (await db.executeQuery(CompiledQuery.raw('select 1'))),
    measureClockOffsetMs: () => (options.backend === 'postgres' ? measureOffset(db) : Promise.resolve(0)),
    createWakeUps: (clock) => createWakeUps(options, db, clock, log),
    async close() {
      await Promise.all([db.destroy(), migrationDb.destroy()]);
      await close();
    },
  };
}

function createWakeUps(options: StoreOptions, db: Kysely<Database>, clock: Clock, log: Log): WakeUps {
  if (options.backend === 'memory') return noWakeUps;
  if (options.backend === 'postgres') return createPostgresWakeUps({ dsn: options.dsn, clock, log });
  // Not a select, so that it is asked of the writer, whose own commits do not count.
  const query = CompiledQuery.raw('pragma data_version');
  const readVersion = async () =>
    ((await db.executeQuery(query)).rows as { data_version: number }[])[0]?.data_version ?? 0;
  return createSqliteWakeUps({ clock, log, readVersion });
}

/** `close` ends what Kysely does not: it forgets an engine that nobody has asked anything. */
type Engine = { dialect: KyselyDialect; close(): Promise<void> };

function createEngine(options: StoreOptions, log: Log): Engine {
  if (options.backend === 'postgres')
    return { dialect: createPostgresEngine(options.dsn, log, everydayLimits), close: async () => {} };
  return createSqliteEngine(options.backend === 'memory' ? ':memory:' : options.path);
}

async function prepareFile(path: string): Promise<void> {
  makeFolder(dirname(path));
  await createPrivateFile(path);
}

/**
 * Makes the file readable by nobody else before SQLite makes others beside it, which get its mode. One that is there
 * must not be opened: closing it would give up the locks that this process holds on it.
 */
async function createPrivateFile(path: string): Promise<void> {
  try {
    await writeFile(path, '', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!existsSync(path)) throw error;
    await chmod(path, 0o600);
  }
}

/** A folder that a person has to mend is said as such; what is away, or held by another, may be back by itself. */
function explainOpening(options: StoreOptions, error: unknown): AppError {
  const folderTrouble = options.backend === 'sqlite' ? explainDataFolder(dirname(options.path), error) : null;
  const message = `cannot open the database (${nameOf(options)}): ${describeError(error)}`;
  return folderTrouble ?? new AppError('UNAVAILABLE', message, { cause: error });
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
