import type { CompiledQuery, Expression, Kysely, RawBuilder, SqlBool } from 'kysely';
import type { Database } from './schema.ts';

export type TableName = keyof Database & string;

export type InsertOptions = {
  /** SQL behind the values, as `on conflict (…) do nothing`; constant text, never input. */
  onConflict?: string;
  /** A column whose values are answered, of the rows that were really written. */
  returning?: string;
};

/** Everything that the two engines do differently; nothing else in the program asks which one it is. */
export type Dialect = {
  readonly engine: 'sqlite' | 'postgres';
  /** Condition that the column is one of the values, as one bound parameter, so that the statement's text stays the same. */
  isOneOf(column: Expression<unknown>, values: readonly string[]): RawBuilder<SqlBool>;
  /** End of a select that claims rows; nothing where an immediate transaction already keeps others out. */
  readonly skipLocked: RawBuilder<unknown>;
  /** End of a select whose rows must not change before the commit. */
  readonly forUpdate: RawBuilder<unknown>;
  /** Order that puts rows without a value last. */
  nullsLast(column: Expression<unknown>, direction: 'asc' | 'desc'): RawBuilder<unknown>;
  /** Epoch milliseconds as a readable time, for views. */
  readableTime(column: string): string;
  /** End of a `create table` whose rows are best kept in the order of their primary key. */
  readonly keptByKey: RawBuilder<unknown>;
  /** Inserts rows that all have the columns of the first. Answers the `returning` column of what was written. */
  insertMany<Table extends TableName>(
    db: Kysely<Database>,
    table: Table,
    rows: readonly Partial<Database[Table]>[],
    options?: InsertOptions,
  ): Promise<string[]>;
  /** Sets the columns of each row, found by its key; all rows have the columns of the first. */
  updateMany<Table extends TableName>(
    db: Kysely<Database>,
    table: Table,
    key: keyof Database[Table] & string,
    rows: readonly Partial<Database[Table]>[],
  ): Promise<void>;
  /** Runs statements that are known in advance as one transaction of their own; answers the rows of each. */
  runTogether(db: Kysely<Database>, statements: readonly CompiledQuery[]): Promise<unknown[][]>;
};

/** A query for the SQLite driver: one statement, run once for each set of parameters. */
export type ManyQuery = { readonly many: readonly (readonly unknown[])[] };
/** A query for the SQLite driver: statements in one transaction, in one message. */
export type TogetherQuery = { readonly together: readonly { sql: string; parameters: readonly unknown[] }[] };
