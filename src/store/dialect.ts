import type { Compilable, CompiledQuery, Expression, Kysely, RawBuilder, SqlBool } from 'kysely';
import type { GroupSizes } from './group-commit.ts';
import type { Database } from './schema.ts';

export type TableName = keyof Database & string;

export type InsertOptions = {
  /** SQL behind the values, as `on conflict (…) do nothing`; constant text, never input. */
  onConflict?: string;
  /** A column, given in every row, whose values are answered of the rows that were really written. */
  returning?: string;
  /** The columns to write, and what they hold; those of the first row where absent. */
  columns?: Readonly<Record<string, 'text' | 'bigint'>>;
  /** A column in whose order all writers go where there is more than one, so that two never wait for each other crosswise. */
  lockOrder?: string;
  /** Columns beside them that are alike in all rows, with their SQL: a literal, or the name of one of `columns`. */
  alike?: Readonly<Record<string, string>>;
};

export type UpdateOptions = {
  /** Columns of the rows that are not set, but must be as the row says, or it is left alone. */
  expected?: readonly string[];
  /** The same of columns beside them that are alike in all rows, with their SQL: a literal. */
  expectedAlike?: Readonly<Record<string, string>>;
  /** Columns beside them that are set alike in all rows, with their SQL: a literal. */
  alike?: Readonly<Record<string, string>>;
  /** Whether the keys of the rows that were really changed are answered, as `value`. */
  returnsKeys?: boolean;
};

/** What became of rows that hardly meet one that is there. */
export type WrittenFresh = {
  /** The `returning` column of those that were written. */
  written: string[];
  /** Whether the statements beside them went well. */
  besideToo: boolean;
};

/** What is inserted for each row that a statement answers. */
export type InsertForEach<Row> = {
  table: TableName;
  /** Columns, and that of the answered row which each is filled with. */
  taken: Readonly<Record<string, keyof Row & string>>;
  /** Columns beside them, and the value that they have in all. */
  alike: Readonly<Record<string, unknown>>;
  /** As in `InsertOptions`. */
  onConflict?: string;
  lockOrder?: readonly (keyof Row & string)[];
};

/** A change of a table by rows of given values, in SQL where `:name` stands for the value of a row; constant text, never input. */
export type ChangeByRows<Answered> = {
  table: TableName;
  /** The names of the values, which no column has that stands without its table in the SQL, and what they hold. */
  given: Readonly<Record<string, 'text' | 'bigint'>>;
  where: string;
  set: Readonly<Record<string, string>>;
  /** What is answered of each row of the table that was changed, as it is now. */
  returning: Readonly<Record<keyof Answered & string, string>>;
  /** What is inserted for each of these. */
  inserts: readonly InsertForEach<Answered>[];
};

export type TogetherOptions = {
  /** Whether a transaction of their own may be lost where the machine, not just the process, fails within a second. */
  mayBeLost?: boolean;
};

/** Everything that the two engines do differently; nothing else in the program asks which one it is. */
export type Dialect = {
  readonly engine: 'sqlite' | 'postgres';
  /** Whether a transaction that has begun keeps all others from writing: a row that it holds early holds up nobody more. */
  readonly hasOneWriter: boolean;
  /** Whether a changed row moves and is written to all its indexes anew, unless none of them names what changed. */
  readonly movesChangedRows: boolean;
  /** How many rows that wait for no others go to the database together, and when others go beside them. */
  readonly groups: Required<GroupSizes>;
  /** Condition that the column is one of the values, as one bound parameter, so that the statement's text stays the same. */
  isOneOf(column: Expression<unknown>, values: readonly string[]): RawBuilder<SqlBool>;
  /** A table of the values, each as `value`, as one bound parameter. */
  eachOf(values: readonly string[]): RawBuilder<{ value: string }>;
  /** What an index holds of a column of hashes in hex, as SQL: at least 128 bits, which no two share. */
  indexedHash(column: string): string;
  /** Condition that a column of hashes in hex is one of the values, by an index of `indexedHash`. */
  isOneOfHashes(column: string, hashes: readonly string[]): RawBuilder<SqlBool>;
  /** The text that a map holds for the column's value, the map as one bound parameter; null where it holds none. */
  textByKey(column: Expression<unknown>, texts: Readonly<Record<string, string>>): RawBuilder<string | null>;
  /** End of a select that claims rows; nothing where an immediate transaction already keeps others out. */
  readonly skipLocked: RawBuilder<unknown>;
  /** End of a select whose rows must not change before the commit. */
  readonly forUpdate: RawBuilder<unknown>;
  /** Order that puts rows without a value last. */
  nullsLast(column: Expression<unknown>, direction: 'asc' | 'desc'): RawBuilder<unknown>;
  /** Epoch milliseconds as a readable time, for views. */
  readableTime(column: string): string;
  /** The present by the engine's own clock, in epoch milliseconds, for views: nothing else asks the engine what time it is. */
  readonly presentMs: string;
  /** End of a `create table` whose rows are best kept in the order of their primary key. */
  readonly keptByKey: RawBuilder<unknown>;
  /** The statement that inserts rows, all with the columns of the first; none for no rows. */
  insertRows<Table extends TableName>(
    table: Table,
    rows: readonly Partial<Database[Table]>[],
    options?: InsertOptions,
  ): CompiledQuery[];
  /**
   * Inserts rows of which hardly any meets one that is there, as a transaction of its own. Statements `beside` it go at the
   * same time: the rows may be written without them, and they without the rows.
   */
  insertFresh<Table extends TableName>(
    db: Kysely<Database>,
    table: Table,
    rows: readonly Partial<Database[Table]>[],
    options: Required<InsertOptions>,
    beside: readonly CompiledQuery[],
  ): Promise<WrittenFresh>;
  /** The statement that sets the columns of each row, found by its key; all rows have the columns of the first. */
  updateRows<Table extends TableName>(
    table: Table,
    key: keyof Database[Table] & string,
    rows: readonly Partial<Database[Table]>[],
    options?: UpdateOptions,
  ): CompiledQuery[];
  /** The statement with `returning`, and the insert of a row for each that it answers: both happen or none. */
  insertForEach<Row>(query: Compilable<Row>, insert: InsertForEach<Row>): Compilable<Row>;
  /** The statement that changes rows as given ones say, at least one, with its inserts: all of it happens or none. */
  changeByRows<Answered>(change: ChangeByRows<Answered>, rows: readonly object[]): CompiledQuery<Answered>;
  /** Runs statements that are known in advance, in the open transaction or as one of their own; answers the rows of each. */
  runTogether(
    db: Kysely<Database>,
    statements: readonly CompiledQuery[],
    options?: TogetherOptions,
  ): Promise<unknown[][]>;
  /** Sends writes along with whatever the open transaction does next; what is wrong with them shows there, at the latest in its commit. */
  runLater(db: Kysely<Database>, statements: readonly CompiledQuery[]): Promise<void>;
};
