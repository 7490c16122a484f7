import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../schema.ts';
import { type DataTable, dataTables, madeColumns, tableKeys } from './tables.ts';

type Row = Readonly<Record<string, unknown>>;

/** An open transaction, or a database that nobody else writes to. */
export type Side = { db: Kysely<Database>; dialect: Dialect };

/** How many rows of each table. */
export type RowCounts = Partial<Record<DataTable, number>>;

/** Answers which rows of a table are meant; null: all. */
export type Choose = (table: DataTable) => RawBuilder<SqlBool> | null;

type CopyOptions = {
  choose?: Choose;
  /** Whether rows may be there already, which are overwritten then. */
  overwrite?: boolean;
};

const pageRows = 500;
/** An artifact may take 2 MiB. */
const pageArtifacts = 10;

/** Copies rows page by page; answers how many. Leans on the primary keys. */
export async function copyRows(
  from: Side,
  to: Side,
  { choose = () => null, overwrite = false }: CopyOptions = {},
): Promise<RowCounts> {
  const counts: RowCounts = {};
  for (const table of dataTables) {
    let copied = 0;
    for (let last: Row | null = null; ; ) {
      const rows = await selectPage(from, table, last, choose(table));
      const options = overwrite ? { onConflict: overwriting(table, rows) } : {};
      for (const query of to.dialect.insertRows(table, rows, options)) await to.db.executeQuery(query);
      copied += rows.length;
      last = rows.at(-1) ?? null;
      if (rows.length < pageSize(table)) break;
    }
    if (copied > 0) counts[table] = copied;
  }
  return counts;
}

function overwriting(table: DataTable, rows: readonly Row[]): string {
  const keys: readonly string[] = tableKeys[table];
  const others = Object.keys(rows[0] ?? {}).filter((column) => !keys.includes(column));
  if (others.length === 0) return 'on conflict do nothing';
  const sets = others.map((column) => `${column} = excluded.${column}`);
  return `on conflict (${keys.join(', ')}) do update set ${sets.join(', ')}`;
}

function pageSize(table: DataTable): number {
  return table === 'incident_artifact' ? pageArtifacts : pageRows;
}

async function selectPage(
  { db }: Side,
  table: DataTable,
  last: Row | null,
  chosen: RawBuilder<SqlBool> | null,
): Promise<Row[]> {
  const keys = tableKeys[table];
  const columns = sql.join(keys.map((key) => sql.ref(key)));
  const isNext = last && sql`(${columns}) > (${sql.join(keys.map((key) => last[key]))})`;
  const conditions = [isNext, chosen].filter((condition) => condition !== null);
  const where = conditions.length > 0 ? sql`where ${sql.join(conditions, sql` and `)}` : sql``;
  const { rows } = await sql<Row>`
    select * from ${sql.table(table)} ${where} order by ${columns} limit ${sql.lit(pageSize(table))}
  `.execute(db);
  const made = madeColumns[table];
  return made === undefined ? rows : rows.map(({ [made]: _, ...written }) => written);
}

/** Removes all rows, or those that are chosen, before what they refer to. */
export async function deleteRows(db: Kysely<Database>, choose: Choose = () => null): Promise<void> {
  for (const table of dataTables.toReversed()) {
    const chosen = choose(table);
    await sql`delete from ${sql.table(table)} ${chosen ? sql`where ${chosen}` : sql``}`.execute(db);
  }
}
