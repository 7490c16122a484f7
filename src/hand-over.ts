import { hostname, userInfo } from 'node:os';
import { type Clock, createSystemClock } from './core/clock.ts';
import { AppError } from './core/errors.ts';
import type { Log } from './core/log.ts';
import {
  beginHandOver,
  type ExportOptions,
  exportState,
  type Imported,
  importState,
  listHeld,
  migrate,
  reopen,
  type Store,
  type StoreOptions,
  withStore,
} from './store/index.ts';

export type { Imported } from './store/index.ts';

type Rows = Imported['rows'];

export type ExportRequest = {
  path: string;
  overwrite: boolean;
  /** Whether this host is to end its work. */
  handOver: boolean;
  /** How long what is under way may take to end. */
  waitMs: number;
};

/** Every process looks once a second whether its database is handed over. */
const noticedAfterMs = 2_000;
const lookEveryMs = 250;

/** Writes what another host needs to go on; a hand-over waits for what is under way, and is undone where it fails. */
export function exportTo(options: StoreOptions, request: ExportRequest, log: Log): Promise<Rows> {
  return withStore(options, log, async (store) => {
    const offsetMs = await store.measureClockOffsetMs();
    const clock = createSystemClock(() => offsetMs);
    await migrate(store.migrationDb, store.dialect, clock.now());
    const by = nameCaller();
    const write = (handOver: ExportOptions['handOver']) =>
      exportState(store, { ...request, handOver, by, nowMs: clock.now() }, log);
    if (!request.handOver) return write(null);
    const attempt = await beginHandOver(store, by, clock.now());
    try {
      await waitForQuiet(store, clock, request.waitMs);
      return await write(attempt);
    } catch (error) {
      // What others have done to the fence since is not undone.
      await reopen(store, by, clock.now(), attempt);
      throw error;
    }
  });
}

/** Takes the state that another host has exported into the database. */
export function importFrom(options: StoreOptions, path: string, force: boolean, log: Log): Promise<Imported> {
  return importState(options, { path, force, by: nameCaller(), nowMs: Date.now() }, log);
}

/** Lets this host work again on a database that it has handed over; answers since when it was, null: it was not. */
export function takeBack(options: StoreOptions, log: Log): Promise<number | null> {
  return withStore(options, log, async (store) => {
    await migrate(store.migrationDb, store.dialect, Date.now());
    const fence = await reopen(store, nameCaller(), Date.now());
    return fence?.changed_at ?? null;
  });
}

function nameCaller(): string {
  return `${userInfo().username}@${hostname()}`;
}

async function waitForQuiet(store: Store, clock: Clock, waitMs: number): Promise<void> {
  const beganAt = clock.now();
  await clock.wait(noticedAfterMs);
  for (;;) {
    const held = await listHeld(store, clock.now());
    if (held.length === 0) return;
    if (clock.now() - beganAt >= waitMs)
      throw new AppError(
        'CONFLICT',
        `the work does not end: ${held.join(', ')}; stop Tocsin here, and try again`,
      );
    await clock.wait(lookEveryMs);
  }
}
