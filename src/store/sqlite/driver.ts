import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import type {
  SqliteChunk,
  SqliteCommand,
  SqliteForEach,
  SqliteResult,
  SqliteScope,
  SqliteSets,
  SqliteStatement,
} from './messages.ts';
import { SqliteReaders } from './readers.ts';
import { type SqliteThread, startSqliteThread } from './thread.ts';

/** A query, and what the dialect adds for this driver. */
export type SqliteQuery = CompiledQuery & {
  /** Sets of parameters: the statement runs once for each. */
  readonly many?: SqliteSets;
  /** The same statement for several sets at once. */
  readonly chunk?: SqliteChunk;
  /** What to answer as `value` for each set that changed something. SQLite's own `returning` would cost a table and a journal for every row. */
  readonly answers?: readonly unknown[];
  /** Runs behind it: the last of its parameters are this one's, with the columns taken of the rows that it answered. */
  readonly forEach?: { sql: string; taken: readonly string[]; valueCount: number };
  /** Run behind it, for all that it answered. */
  readonly inserts?: readonly SqliteForEach[];
  /** Statements that travel and run together. */
  readonly together?: readonly SqliteQuery[];
  /** Whether their transaction, if it is one of their own, may be lost with the machine. */
  readonly mayBeLost?: boolean;
  /** Statements that go along with whatever the transaction does next. */
  readonly later?: readonly SqliteQuery[];
};

/** One writer with a queue, and readers that never wait for it; an in-memory database has its writer alone. */
export class SqliteThreadsDriver implements Driver {
  readonly #path: string;
  #writer: SqliteThread;
  readonly #readers: SqliteReaders | null;
  #isClosed = false;
  #queue: Promise<void> = Promise.resolve();
  #underWay: Promise<void> = Promise.resolve();

  /** Starts the threads; none touches the file before it is asked something. */
  constructor(path: string) {
    this.#path = path;
    this.#writer = startSqliteThread({ path, readOnly: false });
    const startReader = () => startSqliteThread({ path, readOnly: true });
    this.#readers = path === ':memory:' ? null : new SqliteReaders(startReader);
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
    this.#isClosed = true;
    await Promise.all([this.#writer.close(), this.#readers?.close()]);
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
    await this.#underWay;
    this.#replaceDeadWriter();
    return unlock;
  }

  /** Sends what is a transaction of its own. The thread takes one message after the other, so it need not wait for its like. */
  async sendWhole(command: SqliteCommand): Promise<SqliteResult[]> {
    await this.#queue;
    if (this.#writer.pending() === 0) this.#replaceDeadWriter();
    const answer = this.#writer.send(command);
    // Settles without the answer, which would be held as long as the chain grows.
    const isOver = answer.then(ignore, ignore);
    this.#underWay = Promise.all([this.#underWay, isOver]).then(ignore);
    return answer;
  }

  /** Called when nobody has a transaction open. What was in memory ended with its thread, so that one stays dead. */
  #replaceDeadWriter(): void {
    if (this.#isClosed || this.#path === ':memory:' || !this.#writer.isDead()) return;
    this.#writer = startSqliteThread({ path: this.#path, readOnly: false });
  }

  /** What answers reads; null where they must go to the writer. */
  get readers(): SqliteReaders | null {
    return this.#readers;
  }
}

function ignore(): void {}

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
  #later: SqliteQuery[] = [];

  constructor(driver: SqliteThreadsDriver) {
    this.#driver = driver;
  }

  async begin(): Promise<void> {
    this.#unlock = await this.#driver.lockWriter();
    this.#beginIsDue = true;
  }

  async end(how: 'commit' | 'rollback'): Promise<void> {
    const statements = this.#later.splice(0).map(toStatement);
    const isEmpty = this.#beginIsDue && (how === 'rollback' || statements.length === 0);
    const scope = this.#beginIsDue ? 'own' : 'commit';
    this.#beginIsDue = false;
    if (isEmpty) return;
    const isLast = how === 'rollback' || statements.length === 0;
    await this.#driver.writer.send(isLast ? { kind: 'end', how } : { kind: 'run', statements, scope });
  }

  release(): void {
    this.#unlock?.();
    this.#unlock = null;
    this.#beginIsDue = false;
    this.#later = [];
  }

  #scope(): SqliteScope {
    if (this.#unlock === null) return 'none';
    return this.#beginIsDue ? 'begin' : 'open';
  }

  async executeQuery<R>(query: SqliteQuery): Promise<QueryResult<R>> {
    if (query.later) {
      this.#later.push(...query.later);
      return { rows: [] };
    }
    if (this.#later.length > 0) return this.#executeBehind(this.#later.splice(0), query);
    const command = toCommand(query, this.#scope());
    // Even a statement that fails has begun the transaction by then.
    this.#beginIsDue = false;
    const readers = this.#unlock === null && isRead(query) ? this.#driver.readers : null;
    if (readers) return toQueryResult(await readers.ask(command), query);
    if (this.#unlock) return toQueryResult(await this.#driver.writer.send(command), query);
    return toQueryResult(await this.#driver.sendWhole(command), query);
  }

  async #executeBehind<R>(before: readonly SqliteQuery[], query: SqliteQuery): Promise<QueryResult<R>> {
    const statements = [...before, ...(query.together ?? [query])].map(toStatement);
    const scope = this.#scope();
    this.#beginIsDue = false;
    const results = await this.#driver.writer.send({ kind: 'run', statements, scope });
    return toQueryResult(results.slice(before.length), query);
  }

  // biome-ignore lint/correctness/useYield: exports page by key, so that no reader is held between pages
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming is not served: page by key');
  }
}

/** Plain selects, alone or together. */
function isRead({ query, together }: SqliteQuery): boolean {
  if (together) return together.length > 0 && together.every(isRead);
  return query.kind === 'SelectQueryNode';
}

function toCommand(query: SqliteQuery, scope: SqliteScope): SqliteCommand {
  if (query.together) {
    const statements = query.together.map(toStatement);
    if (isRead(query)) return { kind: 'run', statements, scope };
    const mayBeLost = query.mayBeLost === true;
    return { kind: 'run', statements, scope: scope === 'none' ? 'own' : scope, mayBeLost };
  }
  // What runs more than once needs a transaction, or each would be a commit.
  const ownScope = query.many || query.forEach ? 'own' : 'none';
  return { kind: 'run', statements: [toStatement(query)], scope: scope === 'none' ? ownScope : scope };
}

function toStatement(query: SqliteQuery): SqliteStatement {
  const { sql, parameters, chunk, forEach } = query;
  if (forEach) {
    const own = parameters.length - forEach.valueCount;
    const sets = { count: 1, shared: [], values: parameters.slice(0, own) };
    return { sql, sets, forEach: [{ ...forEach, values: parameters.slice(own) }] };
  }
  const sets = query.many ?? { count: 1, shared: [], values: parameters };
  if (query.inserts) return { sql, sets, forEach: query.inserts };
  const statement = chunk ? { sql, sets, chunk } : { sql, sets };
  return query.answers ? { ...statement, asksForHits: true } : statement;
}

/** Answers the rows as objects; of statements together, one row a statement, holding its rows. */
function toQueryResult<R>(results: SqliteResult[], query: SqliteQuery): QueryResult<R> {
  const { together } = query;
  if (together) return { rows: results.map((result, i) => toObjects(result, together[i])) as R[] };
  const [result] = results;
  if (!result) return { rows: [] };
  return { rows: toObjects(result, query) as R[], numAffectedRows: BigInt(result.changes) };
}

function toObjects({ columns, rows, hits }: SqliteResult, query: SqliteQuery | undefined): object[] {
  const answers = query?.answers;
  if (answers) return hits.map((i) => ({ value: answers[i] }));
  return rows.map((values) => {
    const row: Record<string, unknown> = {};
    for (let i = 0; i < columns.length; i++) row[columns[i] ?? ''] = values[i];
    return row;
  });
}
