import { hostname } from 'node:os';
import { createSignInCode, ensureAdminToken } from './access/index.ts';
import { type Acting, type AppRole, createActing, playsRole } from './acting.ts';
import { type Base, openBase } from './base.ts';
import type { CheckoutPlace, Config, ReloadResult } from './config/index.ts';
import { systemActor } from './core/actor.ts';
import { type Clock, createSystemClock } from './core/clock.ts';
import { AppError } from './core/errors.ts';
import type { Log } from './core/log.ts';
import { createCalmLog } from './flows/calm-log.ts';
import { createClockFollower } from './flows/follow-clock.ts';
import { showLastSuccesses } from './flows/profile-gauge.ts';
import { type ConfigReloading, createConfigReloading } from './flows/reload-config.ts';
import { createSelfHealth } from './flows/self-health.ts';
import { createFenceWatch } from './flows/watch-fence.ts';
import { createRedisWatch } from './flows/watch-redis.ts';
import { createFront, type Front, type FrontOptions } from './front.ts';
import { beginStore } from './store/index.ts';
import { createMetrics, type ErrorReports } from './telemetry/index.ts';

export type AppOptions = {
  config: Config;
  /** Reads the configuration anew, for reloads; or as it would be with the jobs of another place. */
  load(place?: CheckoutPlace): Promise<Config>;
  role: AppRole;
  version: string;
  log: Log;
  /** Hears of every action that was answered. */
  traceAction?: ErrorReports['traceAction'];
  /** Replaces the machine's clock in tests. */
  clock?: Clock;
};

/** A whole Tocsin. */
export type App = {
  /** Builds and starts every part in order; where one fails, those before it are stopped again. Throws UNAVAILABLE, CONFLICT. */
  start(): Promise<void>;
  /** Ends every part in the reverse order: nothing that was promised is lost. */
  stop(): Promise<void>;
  /** Reads the configuration anew and puts it in force where all of it is right. */
  reload(): Promise<ReloadResult>;
  /** Makes a link that signs in once, within an hour. */
  createSignInLink(): Promise<string>;
  /** Where it listens, as a URL; null where its role has no server. */
  address(): string | null;
  /** Where health and metrics are served beside; null where none is asked for. */
  metricsAddress(): string | null;
};

/** What has been started so far; `stops` ends it, last first. */
type Running = {
  options: AppOptions;
  base: Base;
  /** Null where the role has no server, and none for metrics is asked for. */
  front: Front | null;
  stops: (() => Promise<void>)[];
  acting: Acting;
  reloading: ConfigReloading;
};

/** Answers a Tocsin that is not started yet. */
export function createApp(options: AppOptions): App {
  let running: Running | null = null;
  const requireRunning = (): Running => {
    if (running) return running;
    throw new AppError('UNAVAILABLE', 'Tocsin is not started');
  };
  return {
    async start() {
      running = await startAll(options);
    },
    async stop() {
      const ending = requireRunning();
      running = null;
      await stopAll(ending);
    },
    reload: async () => requireRunning().reloading.reload(),
    async createSignInLink() {
      const { base, front } = requireRunning();
      const { port, publicUrl } = base.config().server;
      const code = await createSignInCode(base.context(systemActor('access'), null), 'admin');
      // Port 0 is any free one: only the address tells which.
      return `${port === 0 ? front?.address : publicUrl}/signin?code=${code}`;
    },
    address: () => requireRunning().front?.address ?? null,
    metricsAddress: () => requireRunning().front?.metricsAddress ?? null,
  };
}

/** The servers come first: while a long migration runs, whoever asks hears that Tocsin is starting. */
async function startAll(asked: AppOptions): Promise<Running> {
  const calm = createCalmLog(asked.log, asked.clock ?? createSystemClock());
  const options = { ...asked, log: calm.log };
  const metrics = createMetrics();
  const hasApi = playsRole(options.role, 'api');
  const isAsked = hasApi || options.config.server.metricsListen !== null;
  // What the database needs of time before it is opened passes while the servers are made.
  const opening = beginStore(options.config.store, options.log);
  const front = isAsked ? await createFrontOr(opening.abandon, { ...options, hasApi, metrics }) : null;
  const base = await openBase({ ...options, metrics, opening }).catch(async (error: unknown) => {
    await front?.close();
    throw error;
  });
  calm.watch(base.store.ping);
  const close = () => {
    calm.stop();
    return base.close();
  };
  return startInside(options, front, { ...base, close });
}

async function createFrontOr(giveUp: () => Promise<void>, options: FrontOptions): Promise<Front> {
  return createFront(options).catch(async (error: unknown) => {
    await giveUp();
    throw error;
  });
}

async function startInside(options: AppOptions, front: Front | null, base: Base): Promise<Running> {
  const reloading = createReloading(options, base, () => running.acting.reload());
  const running: Running = {
    options,
    base,
    front,
    stops: [...(front === null ? [] : [front.close]), base.close],
    acting: createActing({ base, options, reload: reloading.reload }),
    reloading,
  };
  try {
    warnOfLosses(base, options.log);
    await ensureAdminToken(base.context(systemActor('access'), null), base.config().dataDir);
    startPart(running, createClock(running));
    startPart(running, base.wakeUps);
    startPart(running, reloading);
    const fence = createFenceWatch({ ctx: base.liveContext(systemActor('fence')), acting: running.acting });
    // The last stop ends what acts, after the watch that could start it again.
    running.stops.push(running.acting.stop);
    await fence.tick();
    startPart(running, fence);
    openFront(running, fence.isHandedOver);
    return running;
  } catch (error) {
    await stopAll(running);
    throw error;
  }
}

function createReloading({ load, log }: AppOptions, base: Base, reloadActing: () => Promise<void>) {
  return createConfigReloading({
    ctx: base.liveContext(systemActor('config')),
    load: () => load(),
    async apply(config) {
      const wasDryRun = base.config().notify.dryRun;
      base.replaceConfig(config);
      if (!wasDryRun) warnOfDryRun(config, log);
      await reloadActing();
    },
  });
}

/** Says what will not be kept, or not be sent. */
function warnOfLosses(base: Base, log: Log): void {
  if (!base.store.durable)
    log.warn(
      { tag: 'db' },
      '[db] WARNING: the database is in memory: everything is lost at the end of this process',
    );
  warnOfDryRun(base.config(), log);
}

/** Said in every form of the log: whoever turned it on for a look at the details may not expect it. */
function warnOfDryRun({ notify }: Config, log: Log): void {
  if (notify.dryRun)
    log.warn(
      { tag: 'notify' },
      '[notify] WARNING: messages are recorded and none is sent, as notify.dry_run or LOG_LEVEL=debug says',
    );
}

function startPart(running: Running, part: { start(): void; stop(): Promise<void> }): void {
  part.start();
  running.stops.push(() => part.stop());
}

async function stopAll(running: Running): Promise<void> {
  for (const stop of running.stops.toReversed()) {
    await stop().catch((err: unknown) =>
      // The parts before it must still end: what they hold is worth more than a clean report.
      running.options.log.error({ tag: 'app', err }, '[app] a part did not end cleanly'),
    );
  }
}

function createClock({ base, options }: Running) {
  const { clock } = base;
  return createClockFollower({ clock, log: options.log, measureOffsetMs: base.followDatabaseClock });
}

function openFront(running: Running, isHandedOver: () => boolean): void {
  const { front, base, options, reloading } = running;
  if (front === null) return;
  showLastSuccesses(base.liveContext(systemActor('jobs')));
  front.open({
    clock: base.clock,
    config: base.config,
    context: base.context,
    reloadTrouble: reloading.trouble,
    readSelfHealth: createSelfHealth({
      ctx: base.liveContext(systemActor('health')),
      version: options.version,
      store: base.store,
      clockOffsetMs: base.clockOffsetMs,
      lastPassAt: running.acting.lastPassAt,
      schedule: running.acting.schedule,
      redis: front.redis,
    }),
    isHandedOver,
  });
  if (front.redis) {
    const ctx = base.liveContext(systemActor('redis'));
    startPart(running, createRedisWatch({ ctx, redis: front.redis, host: hostname() }));
  }
  running.stops.push(front.drain);
}
