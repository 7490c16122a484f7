import { existsSync } from 'node:fs';
import { sql } from 'kysely';
import { AppError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { migrate, requireCurrent } from '../migrate.ts';
import { copyDatabase, sealDatabase } from '../sqlite/file.ts';
import { type Store, type StoreOptions, withStore } from '../store.ts';
import { copyRows } from './copy-rows.ts';
import { makeFile } from './new-file.ts';

export type BackupOptions = { path: string; overwrite: boolean; nowMs: number };

/**
 * Writes the database as it is at one moment into a SQLite file, whatever the engine, while others go on writing.
 * Throws NOT_FOUND where there is no database, CONFLICT where there is such a file.
 */
export async function backUp(options: StoreOptions, to: BackupOptions, log: Log): Promise<void> {
  if (options.backend === 'memory')
    throw new AppError(
      'NOT_FOUND',
      'a database in memory belongs to its process: there is nothing to back up',
    );
  if (options.backend === 'sqlite') requireFile(options.path);
  await makeFile(to.path, to, async (partialPath) => {
    if (options.backend === 'sqlite') return copyDatabase(options.path, partialPath);
    await withStore(options, log, (store) => writeRows(store, partialPath, to.nowMs, log));
  });
}

/** Throws NOT_FOUND where SQLite would make an empty database of its own. */
export function requireFile(path: string): void {
  if (!existsSync(path)) throw new AppError('NOT_FOUND', `there is no database at ${path}`);
}

async function writeRows(from: Store, path: string, nowMs: number, log: Log): Promise<void> {
  await requireCurrent(from.db);
  await withStore({ backend: 'sqlite', path }, log, async (to) => {
    await migrate(to.db, to.dialect, nowMs);
    await from.migrationDb.transaction().execute(async (reading) => {
      await sql`set transaction isolation level repeatable read, read only`.execute(reading);
      await to.db
        .transaction()
        .execute((writing) => copyRows({ ...from, db: reading }, { ...to, db: writing }));
    });
  });
  sealDatabase(path);
}
