import type { CompiledQuery } from 'kysely';
import type { Ctx } from './ctx.ts';
import type { InsertOptions, TableName } from './dialect.ts';
import type { Database } from './schema.ts';

/**
 * Runs statements that need none of each other's answers, in order and in one round trip; answers the rows of each.
 * They join the open transaction, or are one of their own.
 */
export function runStatements(ctx: Ctx, statements: readonly CompiledQuery[]): Promise<unknown[][]> {
  return ctx.dialect.runTogether(ctx.db, statements);
}

/** Inserts rows at once. Answers the `returning` column of what was really written. */
export async function insertMany<Table extends TableName>(
  ctx: Ctx,
  table: Table,
  rows: readonly Partial<Database[Table]>[],
  options?: InsertOptions,
): Promise<string[]> {
  const [query] = ctx.dialect.insertRows(table, rows, options);
  if (!query) return [];
  return (await ctx.db.executeQuery(query)).rows.map((row) => (row as { value: string }).value);
}

/** Sets the columns of each row, found by its key; all rows have the columns of the first. */
export async function updateMany<Table extends TableName>(
  ctx: Ctx,
  table: Table,
  key: keyof Database[Table] & string,
  rows: readonly Partial<Database[Table]>[],
): Promise<void> {
  const [query] = ctx.dialect.updateRows(table, key, rows);
  if (query) await ctx.db.executeQuery(query);
}
