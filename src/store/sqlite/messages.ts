/** A statement, to be run once for each set of parameters. */
export type SqliteStatement = {
  sql: string;
  sets: readonly (readonly unknown[])[];
  /** Asks for the positions of the sets that changed something. */
  asksForHits?: boolean;
};

/** What the statements of one message are: each by itself, a transaction of their own, the start of one, part of the open one, or its end. */
export type SqliteScope = 'none' | 'own' | 'begin' | 'open' | 'commit';

export type SqliteCommand =
  | { kind: 'run'; statements: readonly SqliteStatement[]; scope: SqliteScope; mayBeLost?: boolean }
  | { kind: 'end'; how: 'commit' | 'rollback' };

/** What the program's thread asks of a database thread. */
export type SqliteRequest = { id: number } & SqliteCommand;

/** Rows travel as arrays beside the names of their columns. */
export type SqliteResult = {
  columns: readonly string[];
  rows: readonly unknown[][];
  changes: number;
  hits: readonly number[];
};

export type SqliteReply =
  | { id: number; results: SqliteResult[] }
  | { id: number; error: { message: string; code: string } };

export type SqliteThreadData = { path: string; readOnly: boolean };
