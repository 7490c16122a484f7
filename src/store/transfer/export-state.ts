import { type RawBuilder, sql } from 'kysely';
import { AppError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { migrate } from '../migrate.ts';
import type { FenceRow } from '../schema.ts';
import { sealDatabase } from '../sqlite/file.ts';
import { type Store, withStore } from '../store.ts';
import { copyRows, type RowCounts, type Side } from './copy-rows.ts';
import { describeFence, holdFence, holdWriters, readFence, readImportedAt, setFence } from './fence.ts';
import { chooseLive, heldThings } from './live-rows.ts';
import { makeFile } from './new-file.ts';

/** What tells a hand-over from others of the same database: no other has begun at that time. */
type Attempt = Pick<FenceRow, 'changed_at'>;

export type ExportOptions = {
  path: string;
  overwrite: boolean;
  /** The hand-over that closes the database in the moment that the file shows; null: a copy. */
  handOver: Attempt | null;
  /** Who asks. */
  by: string;
  nowMs: number;
};

/** Writes what another host needs to go on into a SQLite file, as it is at one moment; answers how many rows. */
export async function exportState(store: Store, options: ExportOptions, log: Log): Promise<RowCounts> {
  let counts: RowCounts = {};
  await makeFile(options.path, options, async (path) => {
    counts = await withStore({ backend: 'sqlite', path }, log, async (file) => {
      await migrate(file.db, file.dialect, options.nowMs);
      return store.migrationDb.transaction().execute((db) => writeState({ ...store, db }, file, options));
    });
    sealDatabase(path);
  });
  return counts;
}

async function writeState(
  from: Side,
  file: Store,
  { handOver, by, nowMs }: ExportOptions,
): Promise<RowCounts> {
  if (handOver) await holdWriters(from);
  else if (from.dialect.engine === 'postgres')
    await sql`set transaction isolation level repeatable read, read only`.execute(from.db);
  const own = handOver ? await requireAttempt(from.db, handOver) : await requireKept(from.db);
  const importedAt = await readImportedAt(from.db);
  return file.db.transaction().execute(async (db) => {
    const to = { ...file, db };
    const counts = await copyRows(from, to, { choose: chooseLive(nowMs, importedAt) });
    if (!handOver) return counts;
    const change = { epoch: (own?.epoch ?? 0) + 1, changed_by: by, changed_at: handOver.changed_at };
    await setFence(to, { ...change, state: 'open' });
    await setFence(from, { ...change, state: 'closed' });
    return counts;
  });
}

/** Answers the fence of a database that was not given away. Throws CONFLICT for one that was. */
async function requireKept(db: Side['db']): Promise<FenceRow | null> {
  const own = await readFence(db);
  if (own?.state === 'closed') throw new AppError('CONFLICT', `this database ${describeFence(own)}`);
  return own;
}

/** Answers the fence while this hand-over goes on. Throws CONFLICT once it was taken back, whatever was begun since. */
async function requireAttempt(db: Side['db'], attempt: Attempt): Promise<FenceRow> {
  const own = await readFence(db);
  if (own?.state === 'closing' && own.changed_at === attempt.changed_at) return own;
  const now = own === null || own.state === 'open' ? 'is at work again' : describeFence(own);
  throw new AppError('CONFLICT', `this hand-over was taken back meanwhile, and the database ${now}`);
}

/** Asks all processes on the database to end their work on it. Throws CONFLICT where another hand-over has begun or ended. */
export async function beginHandOver(store: Store, by: string, nowMs: number): Promise<Attempt> {
  return store.migrationDb.transaction().execute(async (db) => {
    const side = { ...store, db };
    await holdFence(side);
    const own = await readFence(db);
    if (own && own.state !== 'open') throw new AppError('CONFLICT', `this database ${describeFence(own)}`);
    const begun = { changed_by: by, changed_at: Math.max(nowMs, (own?.changed_at ?? 0) + 1) };
    await setFence(side, { ...begun, epoch: own?.epoch ?? 0, state: 'closing' });
    return begun;
  });
}

/**
 * Lets all processes work on the database again, or only where this hand-over keeps them from it; answers how the fence
 * stood, null: it stays as it is.
 */
export async function reopen(
  store: Store,
  by: string,
  nowMs: number,
  attempt?: Attempt,
): Promise<FenceRow | null> {
  return store.migrationDb.transaction().execute(async (db) => {
    const side = { ...store, db };
    await holdFence(side);
    const own = await readFence(db);
    if (own === null || own.state === 'open') return null;
    if (attempt && own.changed_at !== attempt.changed_at) return null;
    const change = { changed_by: by, changed_at: Math.max(nowMs, own.changed_at) };
    await setFence(side, { ...change, epoch: own.epoch, state: 'open' });
    return own;
  });
}

/** Answers what somebody is at right now, with how many. */
export async function listHeld({ db }: Store, nowMs: number): Promise<string[]> {
  return listCounted({ db }, heldThings(nowMs));
}

/** Answers the names of what there is any of, with how many. */
export async function listCounted(
  { db }: Pick<Side, 'db'>,
  things: Readonly<Record<string, RawBuilder<{ rows: number }>>>,
): Promise<string[]> {
  const found: string[] = [];
  for (const [name, query] of Object.entries(things)) {
    const { rows } = await query.execute(db);
    const count = Number(rows[0]?.rows ?? 0);
    if (count > 0) found.push(`${count} ${name}`);
  }
  return found;
}
