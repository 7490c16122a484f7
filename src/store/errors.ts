import { AppError } from '../core/errors.ts';

/** What a driver said, by the fields that pg and the SQLite worker put on their errors. */
function driverCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return String(error.code);
}

/** Answers whether the same transaction may simply be run again (PostgreSQL: 40001, 40P01, a plan that is outdated or unknown; SQLite: busy). */
export function isSerializationFailure(error: unknown): boolean {
  if (isOutdatedPlan(error) || isUnknownPlan(error)) return true;
  return ['40001', '40P01', 'SQLITE_BUSY'].includes(driverCode(error));
}

/**
 * Answers whether a migration has changed the columns of what a prepared statement answers: 0A000 of PostgreSQL has other
 * meanings too, and its message is translated (lc_messages); the place in its source is not.
 */
export function isOutdatedPlan(error: unknown): boolean {
  if (driverCode(error) !== '0A000' || !(error instanceof Error)) return false;
  return 'routine' in error && error.routine === 'RevalidateCachedQuery';
}

/** Answers whether a pooler has handed the connection to others meanwhile: a prepared statement is gone, or was there (PostgreSQL: 26000, 42P05). */
export function isUnknownPlan(error: unknown): boolean {
  return ['26000', '42P05'].includes(driverCode(error));
}

/** Answers whether a unique index refused the row (PostgreSQL: 23505; SQLite: 2067, 1555). */
export function isUniqueViolation(error: unknown): boolean {
  return ['23505', 'SQLITE_CONSTRAINT_UNIQUE'].includes(driverCode(error));
}

/*
 * PostgreSQL's classes: 08 connection, 53 out of disk, memory or connections, 57P0 shutting down, 58 its disk fails,
 * 25006 a standby; 55P03, 57014 and 25P03 are its limits of time for a lock, a statement and a transaction. Then what sockets say, and SQLite.
 */
const outOfReach =
  /^(08|53|57P0|58)|^(25006|55P03|57014|25P03)$|^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN|ENOENT)|^SQLITE_(BUSY|FULL|IOERR|READONLY|CANTOPEN)/;

/** What pg says without a code. */
const lostConnection =
  /Connection terminated|timeout exceeded when trying to connect|and is not queryable|^Query read timeout$/;

/** Answers whether pg gave up waiting for an answer, which may still come. */
export function isAnswerMissing(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

/** Answers whether the database itself is out of reach or cannot write, so that trying later may help. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (outOfReach.test(driverCode(error)) || isHandedOver(error)) return true;
  return error instanceof Error && lostConnection.test(error.message);
}

/** Answers whether the database refused a change because it was handed over to another host. */
function isHandedOver(error: unknown): boolean {
  return ['TOC01', 'SQLITE_CONSTRAINT_TRIGGER'].includes(driverCode(error));
}

/** Answers whether the statement named a table that is not there (PostgreSQL: 42P01). */
export function isMissingTable(error: unknown): boolean {
  return driverCode(error) === '42P01' || (error instanceof Error && /^no such table: /.test(error.message));
}

/** Answers UNAVAILABLE for a database that is away or was handed over, everything else as it came. */
export function translateStoreError(error: unknown): unknown {
  if (error instanceof AppError || !isDatabaseUnavailable(error)) return error;
  const why = isHandedOver(error)
    ? 'the database was handed over to another host and takes no changes; tocsin state resume takes it back'
    : 'the database cannot be used right now; the same call may succeed later';
  return new AppError('UNAVAILABLE', why, { cause: error });
}
