import { CompiledQuery, sql } from 'kysely';
import type { Dialect, ManyQuery, TogetherQuery } from '../dialect.ts';

const nothing = sql``;

/** What SQLite needs: parameter lists as JSON, many rows as one prepared statement run again and again, no row locks. */
export const sqliteDialect: Dialect = {
  engine: 'sqlite',
  isOneOf: (column, values) => sql`${column} in (select value from json_each(${JSON.stringify(values)}))`,
  skipLocked: nothing,
  forUpdate: nothing,
  nullsLast: (column, direction) => sql`${column} ${sql.raw(direction)} nulls last`,
  readableTime: (column) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`,
  keptByKey: sql`without rowid`,

  async insertMany(db, table, rows, options = {}) {
    const columns = columnsOf(rows);
    if (columns.length === 0) return [];
    const places = columns.map(() => '?').join(', ');
    const returning = options.returning ? `returning ${options.returning} as value` : '';
    const text = `insert into ${table} (${columns.join(', ')}) values (${places}) ${options.onConflict ?? ''} ${returning}`;
    const query = runMany(
      text,
      rows.map((row) => valuesOf(row, columns)),
    );
    return (await db.executeQuery<{ value: string }>(query)).rows.map((row) => row.value);
  },

  async updateMany(db, table, key, rows) {
    const columns = columnsOf(rows).filter((column) => column !== key);
    if (columns.length === 0) return;
    const text = `update ${table} set ${columns.map((column) => `${column} = ?`).join(', ')} where ${key} = ?`;
    await db.executeQuery(
      runMany(
        text,
        rows.map((row) => valuesOf(row, [...columns, key])),
      ),
    );
  },

  async runTogether(db, statements) {
    return (await db.executeQuery<unknown[]>(runTogether(statements))).rows;
  },
};

function runMany<Row>(text: string, many: readonly unknown[][]): CompiledQuery<Row> & ManyQuery {
  return { ...(CompiledQuery.raw(text) as CompiledQuery<Row>), many };
}

function runTogether<Row>(statements: readonly CompiledQuery[]): CompiledQuery<Row> & TogetherQuery {
  const together = statements.map(({ sql: text, parameters }) => ({ sql: text, parameters }));
  return { ...(CompiledQuery.raw('-- together') as CompiledQuery<Row>), together };
}

/** Answers the column names of rows that share them. */
function columnsOf(rows: readonly object[]): string[] {
  return Object.keys(rows[0] ?? {});
}

function valuesOf(row: object, columns: readonly string[]): unknown[] {
  return columns.map((column) => (row as Record<string, unknown>)[column] ?? null);
}
