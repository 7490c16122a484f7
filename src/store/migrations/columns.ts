import { type CreateTableBuilder, sql } from 'kysely';

type ColumnType = 'text' | 'bigint' | 'integer';

/** Adds columns from a compact list: `name type`, `?` behind the type where null is allowed. */
export function addColumns<Table extends string>(
  table: CreateTableBuilder<Table, never>,
  columns: readonly string[],
): CreateTableBuilder<Table, string> {
  let builder = table as unknown as CreateTableBuilder<Table, string>;
  for (const text of columns) {
    const [name = '', type = ''] = text.split(' ');
    const optional = type.endsWith('?');
    const columnType = (optional ? type.slice(0, -1) : type) as ColumnType;
    builder = builder.addColumn(name, columnType, (column) => (optional ? column : column.notNull()));
  }
  return builder;
}

/** Condition for a `check`: the column holds one of the words. */
export function isOneOfWords(column: string, words: readonly string[]) {
  return sql<boolean>`${sql.ref(column)} in (${sql.join(words.map((word) => sql.lit(word)))})`;
}
