import { CompiledQuery, type Kysely, sql } from 'kysely';
import type { Dialect, InsertForEach, InsertOptions } from '../dialect.ts';
import { isUniqueViolation } from '../errors.ts';
import type { Database } from '../schema.ts';
import { bindList, bindMap } from '../statement.ts';
import { Later, Together } from './connection.ts';
import { copyRows } from './copy.ts';

/** What PostgreSQL needs: arrays, row locks, and many rows as one JSON parameter that takes its types from the table. */
export const postgresDialect: Dialect = {
  engine: 'postgres',
  hasOneWriter: false,
  movesChangedRows: true,
  // Smaller ones keep both processes at work. For fewer, two turns more of both cost more than that gains.
  groups: { maxWeight: 300, maxAtOnce: 3, anotherFrom: 100 },
  isOneOf: (column, values) => sql`${column} = any(${bindList(values, (list) => list)}::text[])`,
  eachOf: (values) => sql`(select unnest(${bindList(values, (list) => list)}::text[]) as value)`,
  indexedHash: (column) => column,
  isOneOfHashes: (column, hashes) =>
    sql`${sql.ref(column)} = any(${bindList(hashes, (list) => list)}::text[])`,
  textByKey: (column, texts) => sql`(${bindMap(texts)}::json ->> ${column})`,
  skipLocked: sql`for update skip locked`,
  forUpdate: sql`for update`,
  nullsLast: (column, direction) => sql`${column} ${sql.raw(direction)} nulls last`,
  readableTime: (column) => `to_timestamp(${column} / 1000.0)`,
  presentMs: `cast(extract(epoch from now()) * 1000 as bigint)`,
  keptByKey: sql``,

  insertRows,

  async insertFresh(db, table, rows, options, beside) {
    const besideIt = beside.length > 0 ? postgresDialect.runTogether(db, beside) : Promise.resolve([]);
    const [written, besideToo] = await Promise.all([
      copyUnlessHeld(db, table, rows, options),
      // Rows that are committed must not fail for it: they would come again, and count twice.
      besideIt.then(() => true).catch(() => false),
    ]);
    return { written, besideToo };
  },

  updateRows: (table, key, rows, { expected = [], expectedAlike = {}, alike = {}, returnsKeys } = {}) => {
    const columns = Object.keys(rows[0] ?? {}).filter(
      (column) => column !== key && !expected.includes(column),
    );
    if (rows.length === 0 || (columns.length === 0 && Object.keys(alike).length === 0)) return [];
    const given = columns.map((column) => `${column} = v.${column}`);
    const sets = given.concat(Object.entries(alike).map(([column, value]) => `${column} = ${value}`));
    const same = [key, ...expected].map((column) => `t.${column} = v.${column}`);
    const conditions = same.concat(
      Object.entries(expectedAlike).map(([column, value]) => `t.${column} = ${value}`),
    );
    const text = `update ${table} as t set ${sets.join(', ')} from json_populate_recordset(null::${table}, $1::json) as v
      where ${conditions.join(' and ')} ${returnsKeys ? `returning t.${key} as value` : ''}`;
    return [CompiledQuery.raw(text, [JSON.stringify(rows)])];
  },

  insertForEach: (query, insert) => ({ compile: () => insertBehind(query.compile(), [insert]) }),

  changeByRows: ({ table, given, where, set, returning, inserts }, rows) => {
    const sets = Object.entries(set).map(([column, value]) => `${column} = ${value}`);
    const answers = Object.entries(returning).map(([name, value]) => `${value} as ${name}`);
    const bind = (text: string) => text.replace(/:(\w+)/g, 'v.$1');
    const text = `update ${table} set ${bind(sets.join(', '))} from ${recordsOf(table, given)}
      where ${bind(where)} returning ${bind(answers.join(', '))}`;
    const records = JSON.stringify(pick(rows, Object.keys(given)));
    return insertBehind(CompiledQuery.raw(text, [records]), inserts) as CompiledQuery<never>;
  },

  async runTogether(db, statements, { mayBeLost = false } = {}) {
    const query = CompiledQuery.raw('-- together', [new Together(statements, mayBeLost)]);
    return (await db.executeQuery(query)).rows as unknown[][];
  },

  async runLater(db, statements) {
    await db.executeQuery(CompiledQuery.raw('-- later', [new Later(statements)]));
  },
};

async function copyUnlessHeld(
  db: Kysely<Database>,
  table: string,
  rows: readonly object[],
  options: Required<InsertOptions>,
): Promise<string[]> {
  if (rows.length === 0) return [];
  const { columns, alike, lockOrder, returning } = options;
  const sorted = inOrder(rows, lockOrder);
  try {
    const copied = copyRows(table, sorted, Object.keys(columns), alike);
    await db.executeQuery(CompiledQuery.raw('-- copy', [copied]));
    return sorted.map((row) => String((row as Record<string, unknown>)[returning]));
  } catch (error) {
    // Of a copy either all rows come in or none.
    if (!isUniqueViolation(error)) throw error;
    const [query] = insertRows(table, sorted, options);
    return query ? (await db.executeQuery<{ value: string }>(query)).rows.map(({ value }) => value) : [];
  }
}

/** Rows go as JSON: what is null is left out, and costs nothing on its way. */
function insertRows(table: string, rows: readonly object[], options: InsertOptions = {}): CompiledQuery[] {
  if (rows.length === 0) return [];
  const { alike = {} } = options;
  const columns = Object.keys(options.columns ?? rows[0] ?? {});
  const names = [...columns, ...Object.keys(alike)].join(', ');
  const values = [...columns, ...Object.values(alike)].join(', ');
  const returning = options.returning ? `returning ${options.returning} as value` : '';
  const text = `insert into ${table} (${names}) select ${values} from ${recordsOf(table, options.columns)}
    ${options.onConflict ?? ''} ${returning}`;
  const picked = options.columns ? pick(rows, columns) : rows;
  return [CompiledQuery.raw(text, [JSON.stringify(inOrder(picked, options.lockOrder))])];
}

/** A second look at the rows that were answered would have to lock them, which is a write of its own. */
function insertBehind<Row>(
  query: CompiledQuery<Row>,
  inserts: readonly InsertForEach<Row>[],
): CompiledQuery<Row> {
  const parameters = [...query.parameters];
  const written = inserts.map(({ table, taken, alike, lockOrder = [], onConflict = '' }, i) => {
    const names = [...Object.keys(taken), ...Object.keys(alike)].join(', ');
    const places = Object.values(alike).map((value) => `$${parameters.push(value)}`);
    const values = [...Object.values(taken), ...places].join(', ');
    const inOrder = lockOrder.length > 0 ? `order by ${lockOrder.join(', ')}` : '';
    return `inserted_${i} as (insert into ${table} (${names}) select ${values} from answered ${inOrder} ${onConflict})`;
  });
  const sql = `with answered as (${query.sql}), ${written.join(', ')} select * from answered`;
  return { ...query, sql, parameters };
}

/** Where columns are named with their types, the server does not look for all others of the table in each row. */
function recordsOf(table: string, columns: InsertOptions['columns']): string {
  if (!columns) return `json_populate_recordset(null::${table}, $1::json) as v`;
  const typed = Object.entries(columns).map((column) => column.join(' '));
  return `json_to_recordset($1::json) as v(${typed.join(', ')})`;
}

/** Answers the rows with these columns and no others, nor any that are null: each costs on its way. */
function pick(rows: readonly object[], columns: readonly string[]): object[] {
  return rows.map((row) => {
    const picked: Record<string, unknown> = {};
    for (const column of columns) {
      const value = (row as Record<string, unknown>)[column] ?? null;
      if (value !== null) picked[column] = value;
    }
    return picked;
  });
}

function inOrder(rows: readonly object[], column: string | undefined): readonly object[] {
  if (column === undefined || rows.length < 2) return rows;
  const textOf = (row: object) => String((row as Record<string, unknown>)[column]);
  return rows.toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
}
