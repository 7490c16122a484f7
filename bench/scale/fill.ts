import { sql } from 'kysely';
import { noteBlocks } from '../../src/alerts/index.ts';
import { type Ctx, insertMany, inTransaction, migrate } from '../../src/store/index.ts';
import { openContext, storeOptions } from '../harness/store-context.ts';
import { createHistory, type History, usualRecent } from './rows.ts';

const perCommit = 5000;

/** Makes Tocsin's schema in an empty database, with what so many alerts leave behind, of which some came of late. */
export async function fillHistory(target: string, count: number, recent = usualRecent): Promise<void> {
  const { store, ctx } = await openContext(storeOptions(target), 'fill');
  const nowMs = ctx.clock.now();
  await migrate(store.db, store.dialect, nowMs);
  const addAlert = createHistory(count, recent, nowMs);
  for (let first = 0; first < count; first += perCommit) {
    const history: History = {
      alert: [],
      alert_event: [],
      incident: [],
      incident_signature: [],
      incident_event: [],
    };
    for (let i = first; i < Math.min(count, first + perCommit); i++) addAlert(history, i);
    await inTransaction(ctx, (ctx) => insertHistory(ctx, history));
  }
  // As a worker does while it runs.
  while (await noteBlocks(ctx));
  // PostgreSQL does this by itself, a minute later; SQLite never does.
  if (store.backend === 'postgres')
    for (const tidy of [sql`vacuum analyze`, sql`checkpoint`]) await tidy.execute(store.db);
  await store.close();
}

async function insertHistory(ctx: Ctx, history: History): Promise<void> {
  // In the order of their foreign keys.
  const tables: readonly (keyof History)[] = [
    'alert',
    'alert_event',
    'incident',
    'incident_signature',
    'incident_event',
  ];
  for (const table of tables) await insertMany(ctx, table, history[table]);
}
