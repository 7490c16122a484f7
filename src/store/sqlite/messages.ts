/** Sets of parameters, all in one list: a list for each costs as much on its way as half of what is in it. */
export type SqliteSets = {
  count: number;
  /** What each set begins with, sent once. */
  shared: readonly unknown[];
  /** What each goes on with, one set after the other. */
  values: readonly unknown[];
};

/** A statement that does for so many sets at once, with what they share in front, what another does for each. */
export type SqliteChunk = { sql: string; sets: number };

/** A statement that runs behind another, with these values, and as the last one the columns taken of all its rows, as JSON. */
export type SqliteForEach = { sql: string; taken: readonly string[]; values: readonly unknown[] };

/** A statement, to be run once for each set of parameters. */
export type SqliteStatement = {
  sql: string;
  sets: SqliteSets;
  /** Tried first: it writes all of its sets, or none where one has a unique key that is taken; then they go one by one. */
  chunk?: SqliteChunk;
  /** Asks for the positions of the sets that changed something. */
  asksForHits?: boolean;
  forEach?: readonly SqliteForEach[];
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
