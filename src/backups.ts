import type { Log } from './core/log.ts';
import {
  backUp,
  checkDatabase,
  type Finding,
  type Restored,
  restore,
  type StoreOptions,
} from './store/index.ts';

export type { Finding } from './store/index.ts';

/** Writes a copy of the database into a file; one that is there is overwritten only when asked to. */
export function makeBackup(store: StoreOptions, path: string, overwrite: boolean, log: Log): Promise<void> {
  return backUp(store, { path, overwrite, nowMs: Date.now() }, log);
}

/** Puts the copy in the place of the database. */
export function restoreBackup(store: StoreOptions, path: string, log: Log): Promise<Restored> {
  return restore(store, { path, nowMs: Date.now() }, log);
}

/** Looks whether the database is well; changes nothing. */
export function findDatabaseTrouble(store: StoreOptions, log: Log): Promise<Finding[]> {
  return checkDatabase(store, Date.now(), log);
}
