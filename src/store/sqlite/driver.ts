import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import type { ManyQuery, TogetherQuery } from '../dialect.ts';
import type { SqliteCommand, SqliteResult } from './messages.ts';
import { type SqliteThread, startSqliteThread } from './thread.ts';

const maxReaders = 2;

/** One writer with a queue, and readers that never wait for it; an in-memory database has its writer alone. */
export class SqliteThreadsDriver implements Driver {
  readonly #path: string;
  readonly #writer: SqliteThread;
  readonly #readers: SqliteThread[] = [];
  #queue: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
    this.#writer = startSqliteThread({ path, readOnly: false });
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return new SqliteConnection(this);
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await asOurs(connection).begin();
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await asOurs(connection).end('commit');
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await asOurs(connection).end('rollback');
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    asOurs(connection).release();
  }

  async destroy(): Promise<void> {
    await this.#queue;
    await Promise.all([this.#writer, ...this.#readers].map((thread) => thread.close()));
  }

  get writer(): SqliteThread {
    return this.#writer;
  }

  /** Waits for the writer's turn and answers how to give it back. */
  async lockWriter(): Promise<() => void> {
    let unlock = () => {};
    const before = this.#queue;
    this.#queue = new Promise((resolve) => {
      unlock = resolve;
    });
    await before;
    return unlock;
  }

  /** Answers an idle reader, or null where reads must go to the writer. */
  reader(): SqliteThread | null {
    if (this.#path === ':memory:') return null;
    const idle = this.#readers.find((thread) => thread.pending() === 0);
    if (idle) return idle;
    if (this.#readers.length < maxReaders) {
      const started = startSqliteThread({ path: this.#path, readOnly: true });
      this.#readers.push(started);
      return started;
    }
    return this.#readers.reduce((a, b) => (a.pending() <= b.pending() ? a : b));
  }
}

function asOurs(connection: DatabaseConnection): SqliteConnection {
  if (connection instanceof SqliteConnection) return connection;
  throw new TypeError('a connection of another driver');
}

/** Takes the writer when a transaction begins or a statement writes; plain selects outside of one go to a reader. */
class SqliteConnection implements DatabaseConnection {
  readonly #driver: SqliteThreadsDriver;
  #unlock: (() => void) | null = null;
  /** The `begin immediate` travels with the first statement, which saves a round trip. */
  #beginIsDue = false;

  constructor(driver: SqliteThreadsDriver) {
    this.#driver = driver;
  }

  async begin(): Promise<void> {
    this.#unlock = await this.#driver.lockWriter();
    this.#beginIsDue = true;
  }

  async end(how: 'commit' | 'rollback'): Promise<void> {
    if (!this.#beginIsDue) await this.#driver.writer.send({ kind: 'end', how });
  }

  release(): void {
    this.#unlock?.();
    this.#unlock = null;
    this.#beginIsDue = false;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const command = toCommand(query, this.#beginIsDue);
    // Even a statement that fails has begun the transaction by then.
    this.#beginIsDue = false;
    const reader =
      this.#unlock === null && query.query.kind === 'SelectQueryNode' ? this.#driver.reader() : null;
    if (reader) return toQueryResult(await reader.send(command), command);
    if (this.#unlock) return toQueryResult(await this.#driver.writer.send(command), command);
    const unlock = await this.#driver.lockWriter();
    try {
      return toQueryResult(await this.#driver.writer.send(command), command);
    } finally {
      unlock();
    }
  }

  // biome-ignore lint/correctness/useYield: exports page by key, so that no reader is held between pages
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming is not served: page by key');
  }
}

function toCommand(query: CompiledQuery & Partial<ManyQuery & TogetherQuery>, begin: boolean): SqliteCommand {
  if (query.together) return { kind: 'together', statements: query.together };
  if (query.many) return { kind: 'many', sql: query.sql, sets: query.many, begin };
  return { kind: 'query', sql: query.sql, parameters: query.parameters, begin };
}

/** Answers the rows as objects; of several statements, one row a statement holding its rows. */
function toQueryResult<R>(results: SqliteResult[], command: SqliteCommand): QueryResult<R> {
  const [first] = results;
  if (command.kind !== 'together' && first) {
    return { rows: toObjects(first) as R[], numAffectedRows: BigInt(first.changes) };
  }
  return { rows: results.map(toObjects) as R[] };
}

function toObjects({ columns, rows }: SqliteResult): Record<string, unknown>[] {
  return rows.map((values) => {
    const row: Record<string, unknown> = {};
    for (let i = 0; i < columns.length; i++) row[columns[i] ?? ''] = values[i];
    return row;
  });
}
