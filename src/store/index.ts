/*
 * The store: one schema on two engines, and what every query is handed.
 * Queries live in the features; this folder knows how they run.
 */
export type { CompiledQuery } from 'kysely';
export { checkDatabase, type Finding } from './check/check.ts';
export type { Ctx } from './ctx.ts';
export type { ChangeByRows, Dialect, InsertForEach } from './dialect.ts';
export {
  isDatabaseUnavailable,
  isSerializationFailure,
  isUniqueViolation,
  translateStoreError,
} from './errors.ts';
export { type Expired, expiredRows } from './expired.ts';
export { explainDataFolder, makeFolder } from './folder.ts';
export { createGroupCommit, type GroupCommit, type GroupSizes } from './group-commit.ts';
export {
  type MigrationState,
  migrate,
  printMigrations,
  readMigrationState,
  requireCurrent,
} from './migrate.ts';
export { createRecorder } from './record.ts';
export { ask, insertMany, type Question, runStatements, updateMany, writeLater } from './run.ts';
export type * from './schema.ts';
export { defineStatement } from './statement.ts';
export { beginStore, type Opening, openStore, type Store, type StoreOptions, withStore } from './store.ts';
export { inTransaction, runAfterCommit } from './transaction.ts';
export { backUp } from './transfer/backup.ts';
export {
  beginHandOver,
  type ExportOptions,
  exportState,
  listHeld,
  reopen,
} from './transfer/export-state.ts';
export { describeFence, readFence } from './transfer/fence.ts';
export { type Imported, importState } from './transfer/import-state.ts';
export { type Restored, restore } from './transfer/restore.ts';
export { workIs } from './work-status.ts';
