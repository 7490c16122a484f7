import type { CompiledQuery } from 'kysely';
import type { Ctx } from './ctx.ts';
import type { InsertOptions, TableName, TogetherOptions } from './dialect.ts';
import type { Database } from './schema.ts';

/**
 * Runs statements that need none of each other's answers, in order and in one round trip; answers the rows of each.
 * They join the open transaction, or are one of their own.
 */
export function runStatements(
  ctx: Ctx,
  statements: readonly CompiledQuery[],
  options?: TogetherOptions,
): Promise<unknown[][]> {
  return ctx.dialect.runTogether(ctx.db, statements, options);
}

/** Statements, and what their rows say together. */
export type Question<Answer> = {
  statements: readonly CompiledQuery[];
  read(rows: readonly unknown[][]): Answer;
};

type Answers<Questions> = {
  [K in keyof Questions]: Questions[K] extends Question<infer Answer> ? Answer : never;
};

/** Asks several questions in one round trip, in order; answers what each answers. As `runStatements`. */
export async function ask<Questions extends readonly Question<unknown>[]>(
  ctx: Ctx,
  ...questions: Questions
): Promise<Answers<Questions>> {
  const rows = await runStatements(
    ctx,
    questions.flatMap(({ statements }) => statements),
  );
  let taken = 0;
  const answers = questions.map(({ statements, read }) => {
    taken += statements.length;
    return read(rows.slice(taken - statements.length, taken));
  });
  return answers as Answers<Questions>;
}

/**
 * Adds writes whose answers nobody needs to the open transaction: they go along with its next statement or its commit,
 * which fails with them. Where none is open they are one of their own.
 */
export async function writeLater(ctx: Ctx, statements: readonly CompiledQuery[]): Promise<void> {
  if (statements.length === 0) return;
  if (ctx.afterCommit) await ctx.dialect.runLater(ctx.db, statements);
  else await runStatements(ctx, statements);
}

/** Inserts rows at once. Answers the `returning` column of what was really written; without one, as `writeLater`. */
export async function insertMany<Table extends TableName>(
  ctx: Ctx,
  table: Table,
  rows: readonly Partial<Database[Table]>[],
  options?: InsertOptions,
): Promise<string[]> {
  const [query] = ctx.dialect.insertRows(table, rows, options);
  if (!query) return [];
  if (options?.returning === undefined) {
    await writeLater(ctx, [query]);
    return [];
  }
  return (await ctx.db.executeQuery(query)).rows.map((row) => (row as { value: string }).value);
}

/** Sets the columns of each row, found by its key; all rows have the columns of the first. As `writeLater`. */
export async function updateMany<Table extends TableName>(
  ctx: Ctx,
  table: Table,
  key: keyof Database[Table] & string,
  rows: readonly Partial<Database[Table]>[],
): Promise<void> {
  await writeLater(ctx, ctx.dialect.updateRows(table, key, rows));
}
