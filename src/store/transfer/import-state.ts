import { existsSync } from 'node:fs';
import { type SqlBool, sql } from 'kysely';
import { AppError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { migrate } from '../migrate.ts';
import { keepServersAway } from '../postgres/presence.ts';
import { sealDatabase } from '../sqlite/file.ts';
import { type Store, type StoreOptions, withStore } from '../store.ts';
import { type Choose, copyRows, deleteRows, type RowCounts, type Side } from './copy-rows.ts';
import { decideImport, type ImportDecision } from './decide-import.ts';
import { listCounted } from './export-state.ts';
import { describeFence, liftFence, openForImport, readFence } from './fence.ts';
import { chooseReplaced, livingThings } from './live-rows.ts';
import { withPreparedFile } from './restore.ts';

export type ImportOptions = {
  path: string;
  /** Whether the database may be emptied. */
  force: boolean;
  /** Who asks. */
  by: string;
  nowMs: number;
};

export type Imported = {
  rows: RowCounts;
  /** Whether the file was handed over, so that the host that wrote it keeps quiet. */
  handedOver: boolean;
};

/** Takes the state that another host has exported. Throws CONFLICT where a server runs, or where that would tell or lose something. */
export async function importState(options: StoreOptions, from: ImportOptions, log: Log): Promise<Imported> {
  if (options.backend === 'memory')
    throw new AppError(
      'NOT_FOUND',
      'a database in memory ends with this command: there is nothing to import into',
    );
  if (options.backend === 'sqlite' && existsSync(options.path)) sealDatabase(options.path);
  return withPreparedFile(from, log, (path) =>
    withStore({ backend: 'sqlite', path }, log, (file) =>
      withStore(options, log, async (store) => {
        await migrate(store.migrationDb, store.dialect, from.nowMs);
        return store.migrationDb.transaction().execute((db) => takeState({ ...store, db }, file, from));
      }),
    ),
  );
}

async function takeState(to: Side, file: Store, { force, by, nowMs }: ImportOptions): Promise<Imported> {
  if (to.dialect.engine === 'postgres') await keepServersAway(to.db);
  const [own, brought] = [await readFence(to.db), await readFence(file.db)];
  const living = await listCounted(to, livingThings);
  const decision = decideImport({ own, brought, living: living.length, force });
  if (!decision.take)
    throw new AppError('CONFLICT', explain(decision.reason, living, own && describeFence(own)));
  await liftFence(to);
  if (decision.remove === 'all') await deleteRows(to.db, exceptFence);
  if (decision.remove === 'live') await deleteRows(to.db, chooseReplaced(nowMs));
  const rows = await copyRows(file, to, { choose: exceptFence, overwrite: true });
  await deleteRows(to.db, countsOfAlerts);
  if (brought) await openForImport(to, { epoch: brought.epoch, changed_by: by, changed_at: nowMs });
  return { rows, handedOver: brought !== null };
}

const nothing = sql<SqlBool>`1 = 0`;
const exceptFence: Choose = (table) => (table === 'fence' ? nothing : null);
/** What was counted here is no longer true of the alerts: a worker counts anew. */
const countsOfAlerts: Choose = (table) =>
  table === 'alert_block' || table === 'alert_note' ? null : nothing;

type Refusal = Extract<ImportDecision, { take: false }>['reason'];

function explain(reason: Refusal, living: readonly string[], closed: string | null): string {
  const refusals: Readonly<Record<Refusal, string>> = {
    stale_file:
      'the file is of an earlier hand-over than this database has seen, or of its own: what happened since would be told again',
    was_handed_over: `this database ${closed}; the file is a copy that was not handed over: export it with --hand-over`,
    holds_living: `this database holds ${living.join(', ')}: import into a new one, or empty this one by --force`,
  };
  return refusals[reason];
}
