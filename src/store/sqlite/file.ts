import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../core/errors.ts';

/*
 * A SQLite file as a whole: for commands that have it to themselves, or copy it. They block until they are done.
 */

const waitMs = 10_000;

/** Writes a consistent copy into an empty file, whatever is written to the database meanwhile. */
export function copyDatabase(path: string, emptyPath: string): void {
  use(path, (database) => void database.prepare('vacuum into ?').run(emptyPath));
}

/**
 * Makes one file of the database and what lies beside it, and calls back before anybody else may write to it.
 * Throws CONFLICT where somebody has it open.
 */
export function sealDatabase(path: string, sealed: () => void = () => {}): void {
  use(path, (database) => {
    if (!isLeftByAll(database))
      throw new AppError(
        'CONFLICT',
        `somebody has the database open: ${path}; stop Tocsin on it, and try again`,
      );
    database.exec('begin exclusive');
    sealed();
    database.exec('rollback');
  });
}

/** Answers what is wrong with the file itself: pages, indexes, rows that refer to none. */
export function findFaults(path: string): string[] {
  return use(path, (database) => {
    const pages = database
      .prepare('pragma integrity_check(10)')
      .all()
      .map((row) => String(row.integrity_check));
    const orphans = database
      .prepare('pragma foreign_key_check')
      .all()
      .map(({ table, parent }) => `a row of ${table} refers to none of ${parent}`);
    return [...pages.filter((text) => text !== 'ok'), ...new Set(orphans)];
  });
}

/** Only whose connection is the only one can turn the write-ahead log off. */
function isLeftByAll(database: DatabaseSync): boolean {
  try {
    database.exec('pragma busy_timeout = 200');
    return database.prepare('pragma journal_mode = delete').get()?.journal_mode === 'delete';
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === 5) return false;
    throw error;
  }
}

function use<Result>(path: string, work: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(path, { timeout: waitMs });
  try {
    return work(database);
  } finally {
    database.close();
  }
}
