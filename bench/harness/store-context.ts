import { systemActor } from '../../src/core/actor.ts';
import { createSystemClock } from '../../src/core/clock.ts';
import { createIds } from '../../src/core/ids.ts';
import type { Log } from '../../src/core/log.ts';
import { type Ctx, openStore, type Store, type StoreOptions } from '../../src/store/index.ts';

const quietLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Opens a store, and what verbs are handed, for a process that works beside the server. */
export async function openContext(options: StoreOptions, actor: string): Promise<{ store: Store; ctx: Ctx }> {
  const store = await openStore(options, quietLog);
  const clock = createSystemClock();
  const ctx: Ctx = {
    db: store.db,
    dialect: store.dialect,
    clock,
    ids: createIds(clock),
    log: quietLog,
    actor: systemActor(actor),
    requestId: null,
    afterCommit: null,
  };
  return { store, ctx };
}

/** Answers the store behind an address: a PostgreSQL's, or the path of a SQLite file. */
export function storeOptions(target: string): StoreOptions {
  return target.startsWith('postgres')
    ? { backend: 'postgres', dsn: target }
    : { backend: 'sqlite', path: target };
}
