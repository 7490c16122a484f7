import { backup, DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { SqliteReply, SqliteRequest, SqliteResult, SqliteThreadData } from './messages.ts';

/*
 * A database thread: one connection, one request at a time. It keeps every fsync and every slow query off the
 * event loop of the program.
 */

const { path, readOnly } = workerData as SqliteThreadData;
const database = open();
const statements = new Map<string, StatementSync>();
const maxStatements = 500;

function open(): DatabaseSync {
  const connection = new DatabaseSync(path, { readOnly, enableForeignKeyConstraints: true, timeout: 10_000 });
  // 64 MiB of pages and a long journal: with the defaults, random keys cost a quarter of the throughput.
  connection.exec('pragma cache_size = -65536; pragma temp_store = memory');
  if (!readOnly) {
    connection.exec('pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 8000');
  }
  return connection;
}

function prepare(sql: string): StatementSync {
  const known = statements.get(sql);
  if (known) return known;
  if (statements.size >= maxStatements) statements.clear();
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  statements.set(sql, statement);
  return statement;
}

function toBindable(value: unknown): SQLInputValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint') return value;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`a ${typeof value} cannot be bound to a statement`);
}

function run(sql: string, parameters: readonly unknown[]): SqliteResult {
  const statement = prepare(sql);
  const bound = parameters.map(toBindable);
  const columns = statement.columns().map((column) => column.name);
  if (columns.length > 0)
    return { columns, rows: statement.all(...bound) as unknown as unknown[][], changes: 0 };
  return { columns, rows: [], changes: Number(statement.run(...bound).changes) };
}

function runMany(sql: string, sets: readonly (readonly unknown[])[]): SqliteResult {
  let columns: readonly string[] = [];
  let changes = 0;
  const rows: unknown[][] = [];
  for (const parameters of sets) {
    const result = run(sql, parameters);
    columns = result.columns;
    changes += result.changes;
    rows.push(...result.rows);
  }
  return { columns, rows, changes };
}

function runTogether(list: readonly { sql: string; parameters: readonly unknown[] }[]): SqliteResult[] {
  database.exec('begin immediate');
  try {
    const results = list.map(({ sql, parameters }) => run(sql, parameters));
    database.exec('commit');
    return results;
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

async function serve(request: SqliteRequest): Promise<SqliteResult[]> {
  switch (request.kind) {
    case 'query':
      if (request.begin) database.exec('begin immediate');
      return [run(request.sql, request.parameters)];
    case 'many':
      if (request.begin) database.exec('begin immediate');
      return [runMany(request.sql, request.sets)];
    case 'together':
      return runTogether(request.statements);
    case 'end':
      // After a full disk SQLite may have rolled back by itself; there is nothing left to end then.
      if (request.how === 'commit' || database.isTransaction) database.exec(request.how);
      return [];
    case 'backup':
      await backup(database, request.path);
      return [];
  }
}

const codes: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  1555: 'SQLITE_CONSTRAINT_UNIQUE',
  2067: 'SQLITE_CONSTRAINT_UNIQUE',
};

function describe(error: unknown): { message: string; code: string } {
  const message = error instanceof Error ? error.message : String(error);
  const errcode = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  return { message, code: codes[errcode] ?? codes[errcode & 255] ?? 'SQLITE_ERROR' };
}

async function answer(request: SqliteRequest): Promise<void> {
  let reply: SqliteReply;
  try {
    reply = { id: request.id, results: await serve(request) };
  } catch (error) {
    reply = { id: request.id, error: describe(error) };
  }
  parentPort?.postMessage(reply);
}

parentPort?.on('message', (request: SqliteRequest) => void answer(request));
