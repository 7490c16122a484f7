import type { Log } from './core/log.ts';
import {
  createRecorder,
  type MigrationState,
  migrate,
  openStore,
  printMigrations,
  readMigrationState,
  type Store,
  type StoreOptions,
} from './store/index.ts';

/** Applies the migrations that are missing; answers their names. */
export function applyMigrations(options: StoreOptions, log: Log): Promise<string[]> {
  return withStore(options, log, (store) => migrate(store.migrationDb, store.dialect, Date.now()));
}

/** Answers every migration with the time it was applied; null: missing. */
export function readMigrations(options: StoreOptions, log: Log): Promise<MigrationState[]> {
  return withStore(options, log, (store) => readMigrationState(store.db));
}

/** Answers the SQL of the migrations that are missing, and changes nothing. */
export function planMigrations(options: StoreOptions, log: Log): Promise<string[]> {
  return withStore(options, log, async (store) => {
    const states = await readMigrationState(store.db);
    const applied = states.filter(({ appliedAt }) => appliedAt !== null).map(({ name }) => name);
    return printMigrations(createRecorder(store.dialect.engine), store.dialect, applied);
  });
}

async function withStore<Result>(
  options: StoreOptions,
  log: Log,
  work: (store: Store) => Promise<Result>,
): Promise<Result> {
  const store = await openStore(options, log);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
