import { existsSync } from 'node:fs';
import type { Log } from './core/log.ts';
import {
  createRecorder,
  type MigrationState,
  migrate,
  printMigrations,
  readMigrationState,
  type StoreOptions,
  withStore,
} from './store/index.ts';

/** Applies the migrations that are missing; answers their names. */
export function applyMigrations(options: StoreOptions, log: Log): Promise<string[]> {
  return withStore(options, log, (store) => migrate(store.migrationDb, store.dialect, Date.now()));
}

/** Answers every migration with the time it was applied; null: missing. */
export function readMigrations(options: StoreOptions, log: Log): Promise<MigrationState[]> {
  return withStore(unlessMissing(options), log, (store) => readMigrationState(store.db));
}

/** Answers the SQL of the migrations that are missing, and changes nothing. */
export function planMigrations(options: StoreOptions, log: Log): Promise<string[]> {
  return withStore(unlessMissing(options), log, async (store) => {
    const states = await readMigrationState(store.db);
    const applied = states.filter(({ appliedAt }) => appliedAt !== null).map(({ name }) => name);
    return printMigrations(createRecorder(store.dialect.engine), store.dialect, applied);
  });
}

/** To look at a database must not make one: instead of a file that is not there an empty one in memory is looked at. */
function unlessMissing(options: StoreOptions): StoreOptions {
  return options.backend === 'sqlite' && !existsSync(options.path) ? { backend: 'memory' } : options;
}
