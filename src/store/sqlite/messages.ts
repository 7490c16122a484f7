/** What the program's thread asks of a database thread. */
export type SqliteRequest = { id: number } & SqliteCommand;

export type SqliteCommand =
  /** One statement; `begin` opens a transaction before it. */
  | { kind: 'query'; sql: string; parameters: readonly unknown[]; begin: boolean }
  /** One statement, once for each set of parameters. */
  | { kind: 'many'; sql: string; sets: readonly (readonly unknown[])[]; begin: boolean }
  /** Statements as one transaction of their own. */
  | { kind: 'together'; statements: readonly { sql: string; parameters: readonly unknown[] }[] }
  | { kind: 'end'; how: 'commit' | 'rollback' }
  | { kind: 'backup'; path: string };

/** Rows travel as arrays beside the names of their columns. */
export type SqliteResult = { columns: readonly string[]; rows: readonly unknown[][]; changes: number };

export type SqliteReply =
  | { id: number; results: SqliteResult[] }
  | { id: number; error: { message: string; code: string } };

export type SqliteThreadData = { path: string; readOnly: boolean };
