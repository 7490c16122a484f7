import { createSignInCode, ensureAdminToken } from './access/index.ts';
import { type Base, openBase } from './base.ts';
import type { CheckoutPlace, Config, ReloadResult } from './config/index.ts';
import { systemActor } from './core/actor.ts';
import type { Clock } from './core/clock.ts';
import { AppError } from './core/errors.ts';
import type { Log } from './core/log.ts';
import { createPulse, type Pulse } from './core/pulse.ts';
import { createClockFollower } from './flows/follow-clock.ts';
import { createProbing, type Probing } from './flows/probe.ts';
import { showLastSuccesses } from './flows/profile-gauge.ts';
import { type ConfigReloading, createConfigReloading } from './flows/reload-config.ts';
import { createSelfHealth } from './flows/self-health.ts';
import { createWatchdog } from './flows/watchdog.ts';
import { createFront, type Front } from './front.ts';
import { createJobs, type Jobs } from './run-jobs.ts';
import { createMetrics } from './telemetry/index.ts';
import { createWorkers } from './workers.ts';

export const appRoles = ['all', 'api', 'worker', 'scheduler'] as const;
export type AppRole = (typeof appRoles)[number];

export type AppOptions = {
  config: Config;
  /** Reads the configuration anew, for reloads; or as it would be with the jobs of another place. */
  load(place?: CheckoutPlace): Promise<Config>;
  role: AppRole;
  version: string;
  log: Log;
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
};

/** What has been started so far; `stops` ends it, last first. */
type Running = {
  options: AppOptions;
  base: Base;
  /** Null where the role has no server. */
  front: Front | null;
  stops: (() => Promise<void>)[];
  lastPassAt: number | null;
  /** Of the loops that are to go on. */
  pulse: Pulse;
  probing: Probing | null;
  jobs: Jobs | null;
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
  };
}

/** The server comes first: while a long migration runs, whoever asks hears that Tocsin is starting. */
async function startAll(options: AppOptions): Promise<Running> {
  const metrics = createMetrics();
  const front = playsRole(options, 'api') ? await createFront({ ...options, metrics }) : null;
  const base = await openBase({ ...options, metrics }).catch(async (error: unknown) => {
    await front?.close();
    throw error;
  });
  return startInside(options, front, base);
}

async function startInside(options: AppOptions, front: Front | null, base: Base): Promise<Running> {
  const { log, load } = options;
  const reloading = createConfigReloading({
    ctx: base.liveContext(systemActor('config')),
    load: () => load(),
    async apply(config) {
      const wasDryRun = base.config().notify.dryRun;
      base.replaceConfig(config);
      if (!wasDryRun) warnOfDryRun(config, log);
      await running.probing?.reload();
      running.jobs?.reload();
    },
  });
  const running: Running = {
    options,
    base,
    front,
    stops: [...(front === null ? [] : [front.close]), base.close],
    lastPassAt: null,
    pulse: createPulse(base.clock),
    probing: null,
    jobs: null,
    reloading,
  };
  try {
    if (!base.store.durable)
      log.warn(
        { tag: 'db' },
        '[db] WARNING: the database is in memory: everything is lost at the end of this process',
      );
    warnOfDryRun(base.config(), log);
    await ensureAdminToken(base.context(systemActor('access'), null), base.config().dataDir);
    startPart(running, createClock(running));
    startPart(running, base.wakeUps);
    startPart(running, reloading);
    if (playsRole(options, 'worker')) startWorkers(running);
    if (playsRole(options, 'scheduler')) startSchedule(running);
    startWatchdog(running);
    openFront(running);
    return running;
  } catch (error) {
    await stopAll(running);
    throw error;
  }
}

/** Said in every form of the log: whoever turned it on for a look at the details may not expect it. */
function warnOfDryRun({ notify }: Config, log: Log): void {
  if (notify.dryRun)
    log.warn(
      { tag: 'notify' },
      '[notify] WARNING: messages are recorded and none is sent, as notify.dry_run or LOG_LEVEL=debug says',
    );
}

function playsRole(options: AppOptions, role: AppRole): boolean {
  return options.role === 'all' || options.role === role;
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

function startWorkers(running: Running): void {
  const { base, pulse } = running;
  const onPass = () => {
    running.lastPassAt = base.clock.now();
  };
  onPass();
  const lastPassAt = () => running.lastPassAt ?? 0;
  for (const worker of createWorkers({ base, pulse, onPass, lastPassAt })) startPart(running, worker);
}

function startSchedule(running: Running): void {
  const { base, pulse, options, reloading } = running;
  const makeCtx = () => base.context(systemActor('prober'), null);
  running.probing = createProbing({ makeCtx, holder: base.owner, onRound: pulse.follow('schedule') });
  startPart(running, running.probing);
  const access = { load: options.load, reload: reloading.reload };
  running.jobs = createJobs(base, access, pulse.follow('profiles'));
  startPart(running, running.jobs);
}

/** A process that only answers requests has no loop that could stand still. */
function startWatchdog(running: Running): void {
  const { base, pulse, options } = running;
  if (options.role !== 'api')
    startPart(running, createWatchdog({ ctx: base.liveContext(systemActor('watchdog')), pulse }));
}

function openFront(running: Running): void {
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
      lastPassAt: () => running.lastPassAt,
      schedule: () => running.probing,
    }),
  });
  running.stops.push(front.drain);
}
