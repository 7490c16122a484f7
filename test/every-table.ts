import { CompiledQuery, sql } from 'kysely';
import { type Ctx, insertMany, migrate, openStore } from '../src/store/index.ts';
import { type DataTable, dataTables } from '../src/store/transfer/tables.ts';
import { quietLog } from './stores.ts';

type Column = { name: string; type: string; pk: number };

export type Shape = { table: DataTable; columns: Column[]; words: ReadonlyMap<string, string> };

/** Of this process; to migrate a database for each look took most of the time. */
let shapes: Promise<Shape[]> | null = null;

/** Answers the columns of every table, and a word for those that take only some. */
export function readShapes(): Promise<Shape[]> {
  shapes ??= readShapesAnew();
  return shapes;
}

async function readShapesAnew(): Promise<Shape[]> {
  const store = await openStore({ backend: 'memory' }, quietLog);
  const ask = async (query: string) =>
    (await store.db.executeQuery(CompiledQuery.raw(query))).rows as never[];
  try {
    await migrate(store.db, store.dialect, 0);
    const names: { name: string; sql: string }[] = await ask(
      `select name, sql from sqlite_master where type = 'table' and name <> 'migration' order by name`,
    );
    return await Promise.all(
      names.map(async ({ name, sql: text }) => ({
        table: name as DataTable,
        columns: await ask(`pragma table_info("${name}")`),
        words: new Map(
          [...text.matchAll(/check \("(\w+)" in \('(\w+)'/g)].map(([, column = '', word = '']) => [
            column,
            word,
          ]),
        ),
      })),
    );
  } finally {
    await store.close();
  }
}

/** Puts two rows into every table; those of the same number belong together. */
export async function fillEveryTable(ctx: Ctx): Promise<void> {
  const shapes = await readShapes();
  for (const table of dataTables) {
    const shape = shapes.find((one) => one.table === table);
    if (!shape) throw new Error(`there is no table ${table}`);
    const rows = [1, 2].map((i) =>
      Object.fromEntries(
        shape.columns.map(({ name, type }) => [
          name,
          shape.words.get(name) ?? (type.toLowerCase() === 'text' ? `x${i}` : i),
        ]),
      ),
    );
    await insertMany(ctx, table, rows);
  }
}

/** Answers all rows of all tables, in the order of their keys. */
export async function readEveryTable({ db }: Pick<Ctx, 'db'>): Promise<Record<string, unknown[]>> {
  const shapes = await readShapes();
  const read = async ({ table, columns }: Shape) => {
    // What an engine makes by itself is nobody's row.
    const written = sql.join(columns.map(({ name }) => sql.ref(name)));
    const { rows } = await sql<object>`select ${written} from ${sql.table(table)}`.execute(db);
    const keyOf = (row: object) =>
      JSON.stringify(
        columns.filter(({ pk }) => pk > 0).map(({ name }) => (row as Record<string, unknown>)[name]),
      );
    return [
      table,
      rows.map((row) => ({ ...row })).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    ] as const;
  };
  return Object.fromEntries(await Promise.all(shapes.map(read)));
}
