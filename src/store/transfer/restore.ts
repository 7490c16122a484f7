import { copyFileSync, existsSync, linkSync, renameSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AppError, describeError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { makeFolder } from '../folder.ts';
import { migrate, readMigrationState } from '../migrate.ts';
import { keepServersAway } from '../postgres/presence.ts';
import { copyDatabase, findFaults, sealDatabase } from '../sqlite/file.ts';
import { type Store, type StoreOptions, withStore } from '../store.ts';
import { requireFile } from './backup.ts';
import { copyRows, deleteRows } from './copy-rows.ts';
import { describeFence, enforceFence, liftFence, readFence } from './fence.ts';
import { removeDatabaseFile, syncToDisk } from './new-file.ts';

export type Restored = {
  /** The migrations that the backup lacked. */
  migrated: string[];
  /** Where what was there before is kept; null: there was nothing, or it is gone. */
  kept: string | null;
};

type From = { path: string; nowMs: number };

/**
 * Puts a backup in the place of the database. What is there stays until the backup is whole and of this version.
 * Throws CONFLICT while a server runs on the database, for one that was handed over, and for a backup that is newer than
 * the program.
 */
export async function restore(options: StoreOptions, from: From, log: Log): Promise<Restored> {
  if (options.backend === 'memory')
    throw new AppError(
      'NOT_FOUND',
      'a database in memory belongs to its process: there is nothing to restore into',
    );
  await refuseHandedOver(options, log);
  if (options.backend === 'postgres') {
    return withPreparedFile(from, log, async (path, migrated) => {
      await replaceRows(options, path, from.nowMs, log);
      return { migrated, kept: null };
    });
  }
  makeFolder(dirname(options.path));
  if (existsSync(options.path)) sealDatabase(options.path);
  const prepared = `${options.path}.restoring-${process.pid}`;
  try {
    const migrated = await prepareFile(from, prepared, log);
    const kept = replaceFile(options.path, prepared, from.nowMs);
    await syncToDisk(dirname(options.path));
    return { migrated, kept };
  } finally {
    await removeDatabaseFile(prepared);
  }
}

/** Once restored, this host would act beside the one that has its work now. */
async function refuseHandedOver(options: StoreOptions, log: Log): Promise<void> {
  if (options.backend === 'sqlite' && !existsSync(options.path)) return;
  // What is too damaged or too old to tell is what a backup is for.
  const fence = await withStore(options, log, ({ db }) => readFence(db)).catch(() => null);
  if (fence?.state === 'closed') throw new AppError('CONFLICT', `the database ${describeFence(fence)}`);
}

/** Hands in the path of a copy of the backup that is as this program needs it; it is removed afterwards. */
export async function withPreparedFile<Result>(
  from: From,
  log: Log,
  work: (path: string, migrated: string[]) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-restore-'));
  try {
    const path = join(folder, 'tocsin.db');
    return await work(path, await prepareFile(from, path, log));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Makes a whole, current copy of the backup; answers the migrations that it lacked. */
async function prepareFile(from: From, path: string, log: Log): Promise<string[]> {
  requireFile(from.path);
  try {
    const [fault] = findFaults(from.path);
    if (fault !== undefined) throw new AppError('VALIDATION_ERROR', `it is damaged: ${fault}`);
    await writeFile(path, '', { flag: 'wx', mode: 0o600 });
    copyDatabase(from.path, path);
    const migrated = await withStore({ backend: 'sqlite', path }, log, (store) =>
      bringUpToDate(store, from.nowMs),
    );
    sealDatabase(path);
    return migrated;
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'VALIDATION_ERROR';
    throw new AppError(code, `cannot use ${from.path}: ${describeError(error)}`, { cause: error });
  }
}

async function bringUpToDate(store: Store, nowMs: number): Promise<string[]> {
  const states = await readMigrationState(store.db);
  if (states.every(({ appliedAt }) => appliedAt === null))
    throw new AppError(
      'VALIDATION_ERROR',
      'it holds no database of Tocsin; expected a file that tocsin backup wrote',
    );
  const migrated = await migrate(store.migrationDb, store.dialect, nowMs);
  // A backup of a database that was handed over is one too, whichever engine it comes from.
  await store.db.transaction().execute((db) => enforceFence({ ...store, db }));
  return migrated;
}

/** At no moment is there no database. Answers where the old one is kept. */
function replaceFile(path: string, prepared: string, nowMs: number): string | null {
  if (!existsSync(path)) {
    renameSync(prepared, path);
    return null;
  }
  const kept = `${path}.before-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}`;
  sealDatabase(path, () => {
    keep(path, kept);
    renameSync(prepared, path);
  });
  return kept;
}

function keep(path: string, kept: string): void {
  try {
    linkSync(path, kept);
  } catch {
    // Not every file system knows links.
    copyFileSync(path, kept);
  }
}

async function replaceRows(options: StoreOptions, path: string, nowMs: number, log: Log): Promise<void> {
  await withStore(options, log, async (store) => {
    await store.migrationDb.transaction().execute((db) => keepServersAway(db));
    await migrate(store.migrationDb, store.dialect, nowMs);
    await withStore({ backend: 'sqlite', path }, log, (file) =>
      store.migrationDb.transaction().execute(async (db) => {
        await keepServersAway(db);
        const to = { ...store, db };
        await liftFence(to);
        await deleteRows(db);
        await copyRows(file, to);
        await enforceFence(to);
      }),
    );
  });
}
