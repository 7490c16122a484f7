import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { systemActor } from '../src/core/actor.ts';
import { createIds } from '../src/core/ids.ts';
import type { Log } from '../src/core/log.ts';
import { type Ctx, migrate, openStore, type Store, type StoreOptions } from '../src/store/index.ts';
import { createTestClock, type TestClock } from './clock.ts';
import { migratedSchema, writeMigratedFile } from './services/migrated.ts';

/** An open, migrated, empty database of its own for one test, and what verbs are handed. */
export type StoreHarness = {
  store: Store;
  ctx: Ctx;
  clock: TestClock;
  /** Opens the same database again, as another process would; not for the one in memory. */
  options: StoreOptions;
};

/** Says nothing. */
export const quietLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

async function temporaryFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-test-'));
  onTestFinished(({ task }) =>
    task.result?.state === 'fail' ? undefined : rm(folder, { recursive: true, force: true }),
  );
  const path = join(folder, 'tocsin.db');
  await writeMigratedFile(path, quietLog);
  return path;
}

const inMemory = async (): Promise<StoreOptions> => ({ backend: 'memory' });

const legs: Readonly<Record<string, () => Promise<StoreOptions>>> = {
  'SQLite in memory': inMemory,
  'SQLite on disk': async () => ({ backend: 'sqlite', path: await temporaryFile() }),
  PostgreSQL: async () => ({ backend: 'postgres', dsn: await migratedSchema(quietLog) }),
};

/** Answers a context on the store with a clock that only `advance` moves. */
export function createTestCtx(store: Store, clock: TestClock): Ctx {
  return {
    db: store.db,
    dialect: store.dialect,
    clock,
    ids: createIds(clock),
    log: quietLog,
    actor: systemActor('test'),
    requestId: null,
    afterCommit: null,
  };
}

async function openHarness(leg: () => Promise<StoreOptions>): Promise<StoreHarness> {
  const options = await leg();
  const clock = createTestClock();
  const store = await openStore(options, quietLog);
  onTestFinished(() => store.close());
  await migrate(store.db, store.dialect, clock.now());
  return { store, ctx: createTestCtx(store, clock), clock, options };
}

/** Answers the fastest database, for tests of what no engine does in its own way. */
export function openInMemory(): Promise<StoreHarness> {
  return openHarness(inMemory);
}

/** Declares the same tests for each engine; each test opens a database of its own. */
export function describeEachStore(name: string, declare: (open: () => Promise<StoreHarness>) => void): void {
  for (const [engine, leg] of Object.entries(legs)) {
    describe(`${name} on ${engine}`, () => declare(() => openHarness(leg)));
  }
}

const sharedEngines = ['SQLite on disk', 'PostgreSQL'] as const;
export type SharedEngine = (typeof sharedEngines)[number];

/** Declares tests for the engines that several connections may share. */
export function describeSharedStores(
  name: string,
  declare: (open: () => Promise<StoreHarness>) => void,
  engines: readonly SharedEngine[] = sharedEngines,
): void {
  for (const engine of engines) {
    const leg = legs[engine];
    if (!leg) throw new Error(`no such engine: ${engine}`);
    describe(`${name} on ${engine}`, () => declare(() => openHarness(leg)));
  }
}
