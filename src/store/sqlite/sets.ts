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

/** Answers whether a column holds the same in all rows. */
export function areAlike(rows: readonly object[], column: string): boolean {
  const first = readColumn(rows[0], column);
  return rows.every((row) => readColumn(row, column) === first);
}

/** Answers whether a column is null in all rows. */
export function areNull(rows: readonly object[], column: string): boolean {
  return rows.every((row) => readColumn(row, column) === null);
}

function readColumn(row: object | undefined, column: string): unknown {
  return (row as Readonly<Record<string, unknown>> | undefined)?.[column] ?? null;
}
