import { CompiledQuery, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { bindList, bindMap } from '../statement.ts';
import type { SqliteQuery } from './driver.ts';

const nothing = sql``;
/**
 * Digits of a hash that an index holds: each new key touches a page of its own, which holds twice as many. As bytes it would
 * hold four times as many, but SQLite makes bytes of them only since 3.41, and the shell of a Debian must be able to write, too.
 */
const hashDigits = 32;
/** What is null in all of many rows is left out: each value costs on its way. For few, the same text each time is worth more. */
const rowsWorthAText = 10;

/** What SQLite needs: parameter lists as JSON, many rows as one prepared statement run again and again, no row locks. */
export const sqliteDialect: Dialect = {
  engine: 'sqlite',
  hasOneWriter: true,
  isOneOf: (column, values) =>
    sql`${column} in (select value from json_each(${bindList(values, JSON.stringify)}))`,
  eachOf: (values) => sql`json_each(${bindList(values, JSON.stringify)})`,
  indexedHash: firstDigits,
  isOneOfHashes: (column, hashes) =>
    sql`${sql.raw(firstDigits(column))} in (select ${sql.raw(firstDigits('value'))} from json_each(${JSON.stringify(hashes)}))`,
  textByKey: (column, texts) => sql`(select value from json_each(${bindMap(texts)}) where key = ${column})`,
  skipLocked: nothing,
  forUpdate: nothing,
  nullsLast: (column, direction) => sql`${column} ${sql.raw(direction)} nulls last`,
  readableTime: (column) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`,
  presentMs: `(strftime('%s', 'now') * 1000)`,
  keptByKey: sql`without rowid`,

  insertRows: (table, rows, options = {}) => {
    if (rows.length === 0) return [];
    const { alike = {} } = options;
    const values = Object.values(alike);
    const [shared, others] = partition(columnsToWrite(rows, options.columns), (column) =>
      values.includes(column),
    );
    const isWorthIt = rows.length >= rowsWorthAText;
    const columns = [...others.filter((column) => !isWorthIt || isInAny(rows, column)), ...shared];
    // A place by number may stand twice: what is bound once fills all columns that hold it. Few have one, and the last:
    // to bind a value SQLite looks through all numbers.
    const placeOf = (column: string, i: number) => (shared.includes(column) ? `?${i + 1}` : '?');
    const places = columns.map(placeOf);
    for (const value of values)
      places.push(shared.includes(value) ? placeOf(value, columns.indexOf(value)) : value);
    const names = [...columns, ...Object.keys(alike)].join(', ');
    const text = `insert into ${table} (${names}) values (${places.join(', ')}) ${options.onConflict ?? ''}`;
    const query = runForEach(text, rows, columns);
    const { returning } = options;
    return [returning === undefined ? query : { ...query, answers: valuesOf(rows, returning) }];
  },

  updateRows: (table, key, rows, { expected = [], expectedAlike = {}, alike = {}, returnsKeys } = {}) => {
    const columns = columnsOf(rows).filter((column) => column !== key && !expected.includes(column));
    if (rows.length === 0 || (columns.length === 0 && Object.keys(alike).length === 0)) return [];
    const are = (column: string) => `${column} = ?`;
    const sets = [...columns.map(are), ...equations(alike)].join(', ');
    const conditions = [key, ...expected].map(are).concat(equations(expectedAlike)).join(' and ');
    const text = `update ${table} set ${sets} where ${conditions}`;
    const query = runForEach(text, rows, [...columns, key, ...expected]);
    return [returnsKeys ? { ...query, answers: valuesOf(rows, key) } : query];
  },

  async runTogether(db, statements, options) {
    const query: SqliteQuery = { ...CompiledQuery.raw('-- together'), together: statements, ...options };
    return (await db.executeQuery(query)).rows as unknown[][];
  },

  async runLater(db, statements) {
    const query: SqliteQuery = { ...CompiledQuery.raw('-- later'), later: statements };
    await db.executeQuery(query);
  },
};

function columnsToWrite(rows: readonly object[], columns: object | undefined): string[] {
  return columns ? Object.keys(columns) : columnsOf(rows);
}

function firstDigits(column: string): string {
  return `substr(${column}, 1, ${hashDigits})`;
}

function equations(alike: Readonly<Record<string, string>>): string[] {
  return Object.entries(alike).map(([column, value]) => `${column} = ${value}`);
}

function runForEach(text: string, rows: readonly object[], columns: readonly string[]): SqliteQuery {
  const many = rows.map((row) => columns.map((column) => (row as Record<string, unknown>)[column] ?? null));
  return { ...CompiledQuery.raw(text), many };
}

function partition<Item>(items: readonly Item[], belongs: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}

function isInAny(rows: readonly object[], column: string): boolean {
  return rows.some((row) => ((row as Record<string, unknown>)[column] ?? null) !== null);
}

function valuesOf(rows: readonly object[], column: string): unknown[] {
  return rows.map((row) => (row as Record<string, unknown>)[column]);
}

/** Answers the column names of rows that share them. */
function columnsOf(rows: readonly object[]): string[] {
  return Object.keys(rows[0] ?? {});
}
