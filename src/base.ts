import { hostname } from 'node:os';
import { type Config, isSecretName, redactText } from './config/index.ts';
import { type Clock, createSystemClock } from './core/clock.ts';
import { createIds } from './core/ids.ts';
import type { Log } from './core/log.ts';
import { createSignal, type Signal } from './core/signal.ts';
import type { FlowCtx } from './flows/context.ts';
import { createDeskPlace } from './flows/desk-place.ts';
import { createCheckRuns } from './flows/health-runs.ts';
import { createLastHealth } from './flows/health-stored.ts';
import { type Contexts, createContexts } from './flows/make-contexts.ts';
import { beginStore, migrate, type Opening, type Store } from './store/index.ts';
import {
  createLog,
  createMetrics,
  type ErrorReports,
  type Metrics,
  openErrorReports,
} from './telemetry/index.ts';

export { translateStoreError } from './store/index.ts';

/** An open, migrated database and everything else that acting takes. */
export type Base = Pick<Contexts, 'context' | 'liveContext'> & {
  readonly store: Store;
  readonly clock: Clock;
  /** Names this process in leases. */
  readonly owner: string;
  /** The configuration in force. */
  config(): Config;
  replaceConfig(config: Config): void;
  /** Measures how far the database's clock is ahead, and follows it from there on; answers the distance. */
  followDatabaseClock(): Promise<number>;
  clockOffsetMs(): number;
  /** Hears of work that other processes on the database have made, and tells them of ours. */
  readonly wakeUps: { start(): void; stop(): Promise<void> };
  /** Ends what waits to be committed, then the database. */
  close(): Promise<void>;
};

export type BaseOptions = {
  config: Config;
  log: Log;
  /** Replaces the machine's clock in tests. */
  clock?: Clock;
  /** The database, where its opening has begun before. */
  opening?: Opening;
  /** Shared with a server that is there before. */
  metrics?: Metrics;
};

/** Answers the bell, rung for other processes too. */
function ringingFor(bell: Signal, tellOthers: () => void): Signal {
  return {
    wait: bell.wait,
    ring() {
      bell.ring();
      tellOthers();
    },
  };
}

/** Opens the database, brings it up to date and answers what acting takes. Throws UNAVAILABLE, CONFLICT. */
export async function openBase(options: BaseOptions): Promise<Base> {
  const { log } = options;
  const store = await (options.opening ?? beginStore(options.config.store, log)).open();
  const base = assembleBase(options, store);
  try {
    await base.followDatabaseClock();
    const applied = await migrate(store.migrationDb, store.dialect, base.clock.now());
    for (const name of applied) log.info({ tag: 'db', migration: name }, `[db] applied migration ${name}`);
    return base;
  } catch (error) {
    await store.close();
    throw error;
  }
}

function assembleBase(options: BaseOptions, store: Store): Base {
  let { config } = options;
  let offsetMs = 0;
  const clock = options.clock ?? createSystemClock(() => offsetMs);
  const { signals, wakeUps } = createBells(store, clock);
  const { intake, ...contexts } = createContexts(
    createParts(options, { store, clock, signals }),
    () => config,
  );
  return {
    ...contexts,
    store,
    clock,
    owner: `${hostname()}:${process.pid}`,
    config: () => config,
    replaceConfig(next) {
      config = next;
    },
    async followDatabaseClock() {
      offsetMs = await store.measureClockOffsetMs();
      return offsetMs;
    },
    clockOffsetMs: () => offsetMs,
    wakeUps,
    async close() {
      await intake.idle();
      await store.close();
    },
  };
}

/** Answers the bells of this process, which other processes on the database ring too, and hear. */
function createBells(store: Store, clock: Clock): Pick<Base, 'wakeUps'> & Pick<FlowCtx, 'signals'> {
  const others = store.createWakeUps(clock);
  const bells = { alerts: createSignal(), messages: createSignal() };
  return {
    signals: {
      alerts: ringingFor(bells.alerts, () => others.tell('alerts')),
      messages: ringingFor(bells.messages, () => others.tell('messages')),
    },
    wakeUps: { start: () => others.start((topic) => bells[topic].ring()), stop: others.stop },
  };
}

/** Answers what all contexts of the process share. */
function createParts(
  { log, metrics = createMetrics() }: BaseOptions,
  { store, clock, signals }: { store: Store } & Pick<FlowCtx, 'clock' | 'signals'>,
) {
  return {
    db: store.db,
    dialect: store.dialect,
    clock,
    ids: createIds(clock),
    log,
    signals,
    metrics,
    checkRuns: createCheckRuns(clock),
    lastHealth: createLastHealth(),
    desk: createDeskPlace(),
    afterCommit: null,
  };
}

const redaction = { text: redactText, isSecretName };

/** Answers the log that the configuration asks for, with secrets hidden; on standard output where no stream is given. */
export function openLog(config: Config['log'], stream?: { write(line: string): void }): Promise<Log> {
  const { level, pretty } = config;
  return createLog(stream ? { level, pretty, redaction, stream } : { level, pretty, redaction });
}

/** Answers what tells Sentry of errors, with secrets hidden as in the log. */
export function openReports(
  sentry: NonNullable<Config['sentry']>,
  { release, clock }: { release: string; clock: Clock },
): Promise<ErrorReports> {
  return openErrorReports({ ...sentry, release, redaction, clock, random: Math.random });
}
