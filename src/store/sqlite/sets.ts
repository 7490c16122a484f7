import type { SqliteSets } from './messages.ts';

/** Answers a set of parameters for each row, its columns in their order; what all rows share, as the first says it, once in front. */
export function listSets(
  rows: readonly object[],
  columns: readonly string[],
  shared: readonly string[] = [],
): SqliteSets {
  const values: unknown[] = [];
  for (const row of rows) for (const column of columns) values.push(readColumn(row, column));
  return { count: rows.length, shared: shared.map((column) => readColumn(rows[0], column)), values };
}

/** Answers the column's value of each row. */
export function valuesOf(rows: readonly object[], column: string): unknown[] {
  return rows.map((row) => readColumn(row, column));
}

/** Answers the columns that hold the same in all rows. */
export function listAlike(rows: readonly object[], columns: readonly string[]): string[] {
  return columns.filter((column) => {
    const first = readColumn(rows[0], column);
    for (const row of rows) if (readColumn(row, column) !== first) return false;
    return true;
  });
}

export function readColumn(row: object | undefined, column: string): unknown {
  return (row as Readonly<Record<string, unknown>> | undefined)?.[column] ?? null;
}
