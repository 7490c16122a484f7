import type { SQLInputValue, StatementSync } from 'node:sqlite';
import type { SqliteChunk, SqliteForEach, SqliteResult, SqliteSets, SqliteStatement } from './messages.ts';

export type Prepared = { statement: StatementSync; columns: readonly string[] };
type Prepare = (sql: string) => Prepared;

/** What SQLite says of a primary key, or of another unique one, that is taken; the transaction goes on without the statement. */
const takenKeys = [1555, 2067];

/** Runs a statement for each of its sets of parameters. */
export function runStatement(prepare: Prepare, asked: SqliteStatement): SqliteResult {
  const { chunk, forEach = [], asksForHits = false } = asked;
  const sets = makeBindable(asked.sets);
  const one = prepare(asked.sql);
  const result = { columns: one.columns, rows: [] as unknown[][], changes: 0, hits: [] as number[] };
  const size = chunk?.sets ?? 1;
  for (let from = 0; from < sets.count; from += size) {
    const to = Math.min(from + size, sets.count);
    if (chunk && to - from === size && runAtOnce(prepare, chunk, listParameters(sets, from, to))) {
      result.changes += size;
      for (let i = from; asksForHits && i < to; i++) result.hits.push(i);
      continue;
    }
    for (let i = from; i < to; i++) {
      const changes = runOne(one, listParameters(sets, i, i + 1), result.rows);
      result.changes += changes;
      if (asksForHits && changes > 0) result.hits.push(i);
    }
  }
  if (result.rows.length > 0) for (const insert of forEach) runForEach(prepare, insert, result);
  return result;
}

function runForEach(prepare: Prepare, forEach: SqliteForEach, { columns, rows }: SqliteResult): void {
  const places = forEach.taken.map((column) => columns.indexOf(column));
  const taken = rows.map((row) => places.map((place) => row[place]));
  prepare(forEach.sql).statement.run(...forEach.values.map(toBindable), JSON.stringify(taken));
}

/** Answers how many rows it changed; those that it selects go to `rows`. */
function runOne({ statement, columns }: Prepared, parameters: SQLInputValue[], rows: unknown[][]): number {
  if (columns.length === 0) return Number(statement.run(...parameters).changes);
  for (const row of statement.all(...parameters) as unknown as unknown[][]) rows.push(row);
  return 0;
}

/** Answers whether it wrote all of its rows; false: none, as one has a key that is taken. */
function runAtOnce(prepare: Prepare, { sql }: SqliteChunk, parameters: SQLInputValue[]): boolean {
  try {
    prepare(sql).statement.run(...parameters);
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && takenKeys.includes(Number(error.errcode)))
      return false;
    throw error;
  }
}

type BindableSets = { count: number; shared: SQLInputValue[]; values: SQLInputValue[] };

function makeBindable({ count, shared, values }: SqliteSets): BindableSets {
  return { count, shared: shared.map(toBindable), values: values.map(toBindable) };
}

/** Answers what to bind for the sets from one to before another: what they share in front, once. */
function listParameters({ count, shared, values }: BindableSets, from: number, to: number): SQLInputValue[] {
  const width = values.length / count;
  const own = values.slice(from * width, to * width);
  return shared.length === 0 ? own : shared.concat(own);
}

function toBindable(value: unknown): SQLInputValue {
  if (typeof value === 'string' || typeof value === 'number' || value === null) return value;
  if (value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint' || value instanceof Uint8Array) return value;
  throw new TypeError(`a ${typeof value} cannot be bound to a statement`);
}
