import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Ctx } from './ctx.ts';
import type { TableName } from './dialect.ts';
import { inTransaction } from './transaction.ts';

/** Rows that nobody needs any more. */
export type Expired = {
  count(): Promise<number>;
  /** Removes them some hundreds at a time, each lot a transaction of its own, so that nobody waits long for the writer; answers how many. */
  remove(): Promise<number>;
};

export type ExpiredRows = {
  table: TableName;
  /** The columns of the primary key. */
  key: readonly string[];
  /** Says of a row that it may go; asked again as it goes, as it may have changed. */
  isOld: RawBuilder<SqlBool>;
  /** Tables whose rows go with it; the key is one column, and they have it too. */
  parts?: readonly TableName[];
  /** What else changes in the transaction in which the rows of these keys go; the key is one column. */
  alongside?(ctx: Ctx, gone: readonly string[]): Promise<void>;
};

type Key = Record<string, string | number>;

const batch = 500;

/** Answers the old rows of a table, which are gone through once, in the order of their keys. Index: the primary key. */
export function expiredRows(ctx: Ctx, rows: ExpiredRows): Expired {
  return {
    async count() {
      const { table, isOld } = rows;
      const counted = await sql<{ total: number }>`select count(*) as total from ${sql.table(table)}
        where ${isOld}`.execute(ctx.db);
      return Number(counted.rows[0]?.total ?? 0);
    },
    async remove() {
      let removed = 0;
      let after: Key | null = null;
      for (;;) {
        const keys: Key[] = await selectOld(ctx, rows, after);
        if (keys.length > 0) removed += await inTransaction(ctx, (ctx) => remove(ctx, rows, keys));
        if (keys.length < batch) return removed;
        after = keys.at(-1) ?? null;
      }
    },
  };
}

async function selectOld(ctx: Ctx, { table, key, isOld }: ExpiredRows, after: Key | null): Promise<Key[]> {
  const columns = listColumns(key);
  const isLater = after === null ? sql`` : sql`and (${columns}) > ${tuple(key, after)}`;
  const found = await sql<Key>`select ${columns} from ${sql.table(table)}
    where ${isOld} ${isLater} order by ${columns} limit ${sql.lit(batch)}`.execute(ctx.db);
  return found.rows;
}

async function remove(ctx: Ctx, rows: ExpiredRows, keys: readonly Key[]): Promise<number> {
  const { table, key, isOld, parts = [] } = rows;
  const columns = listColumns(key);
  const wanted = sql.join(keys.map((row) => tuple(key, row)));
  const removed = await sql<Key>`delete from ${sql.table(table)}
    where (${columns}) in (values ${wanted}) and ${isOld} returning ${columns}`.execute(ctx.db);
  const gone = removed.rows.map((row) => String(row[key[0] ?? '']));
  for (const part of parts) {
    const isPart = ctx.dialect.isOneOf(sql.ref(key[0] ?? ''), gone);
    await sql`delete from ${sql.table(part)} where ${isPart}`.execute(ctx.db);
  }
  await rows.alongside?.(ctx, gone);
  return gone.length;
}

function listColumns(key: readonly string[]) {
  return sql.join(key.map((column) => sql.ref(column)));
}

/** Numbers stand in the text: PostgreSQL takes the type of a parameter in `values` for text. */
function tuple(key: readonly string[], row: Key) {
  const values = key.map((column) => row[column] ?? '');
  return sql`(${sql.join(values.map((value) => (typeof value === 'number' ? sql.lit(value) : value)))})`;
}
