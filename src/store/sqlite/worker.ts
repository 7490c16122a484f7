import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { keepLast } from './keep-last.ts';
import type {
  SqliteReply,
  SqliteRequest,
  SqliteResult,
  SqliteScope,
  SqliteStatement,
  SqliteThreadData,
} from './messages.ts';
import { type Prepared, runStatement } from './run-statement.ts';

/*
 * A database thread: one connection, one request at a time. It keeps every fsync and every slow query off the
 * event loop of the program.
 */

const { path, readOnly } = workerData as SqliteThreadData;
let opened: DatabaseSync | null = null;
const prepared = new Map<string, Prepared>();
const maxPrepared = 500;

/** Not at the start: a thread is there before anybody knows that the database may be made. */
function connect(): DatabaseSync {
  opened ??= open();
  return opened;
}

function open(): DatabaseSync {
  const connection = new DatabaseSync(path, { readOnly, enableForeignKeyConstraints: true, timeout: 10_000 });
  // Pages beyond these come from the operating system's cache; and a commit that has split a page walks through all of ours.
  const cacheKiB = readOnly ? 4096 : 8192;
  connection.exec(`pragma cache_size = -${cacheKiB}; pragma temp_store = memory`);
  if (!readOnly) {
    // A long journal: with the default, random keys cost a quarter of the throughput.
    connection.exec('pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 8000');
  }
  return connection;
}

function prepare(sql: string): Prepared {
  const known = prepared.get(sql);
  if (known) return known;
  const statement = connect().prepare(sql);
  statement.setReturnArrays(true);
  const made = { statement, columns: statement.columns().map((column) => column.name) };
  keepLast(prepared, maxPrepared, sql, made);
  return made;
}

function run(statement: SqliteStatement): SqliteResult {
  return runStatement(prepare, statement);
}

function runAll(statements: readonly SqliteStatement[], scope: SqliteScope): SqliteResult[] {
  const database = connect();
  if (scope === 'own' || scope === 'begin') database.exec('begin immediate');
  if (scope === 'none' || scope === 'begin' || scope === 'open') return statements.map(run);
  try {
    const results = statements.map(run);
    database.exec('commit');
    return results;
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

/** Without its own fsync, a commit is on disk with the next one that has it, or lost with the machine; never with the process. */
function runUnsynced(statements: readonly SqliteStatement[]): SqliteResult[] {
  const database = connect();
  database.exec('pragma synchronous = normal');
  try {
    return runAll(statements, 'own');
  } finally {
    database.exec('pragma synchronous = full');
  }
}

function serve(request: SqliteRequest): SqliteResult[] {
  if (request.kind === 'run' && request.scope === 'own' && request.mayBeLost)
    return runUnsynced(request.statements);
  if (request.kind === 'run') return runAll(request.statements, request.scope);
  const database = connect();
  // After a full disk SQLite may have rolled back by itself; there is nothing left to end then.
  if (request.how === 'commit' || database.isTransaction) database.exec(request.how);
  return [];
}

const codes: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  1555: 'SQLITE_CONSTRAINT_UNIQUE',
  1811: 'SQLITE_CONSTRAINT_TRIGGER',
  2067: 'SQLITE_CONSTRAINT_UNIQUE',
};

function describe(error: unknown): { message: string; code: string } {
  const message = error instanceof Error ? error.message : String(error);
  const errcode = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  return { message, code: codes[errcode] ?? codes[errcode & 255] ?? 'SQLITE_ERROR' };
}

function answer(request: SqliteRequest): void {
  let reply: SqliteReply;
  try {
    reply = { id: request.id, results: serve(request) };
  } catch (error) {
    reply = { id: request.id, error: describe(error) };
  }
  parentPort?.postMessage(reply);
}

parentPort?.on('message', (request: SqliteRequest) => answer(request));

const ready: SqliteReply = { id: 0, results: [] };
parentPort?.postMessage(ready);
