import { createAuthenticator } from './access/index.ts';
import { actions } from './actions.ts';
import type { Config } from './config/index.ts';
import { type Clock, createSystemClock } from './core/clock.ts';
import { AppError } from './core/errors.ts';
import type { Log } from './core/log.ts';
import type { Door } from './http/door.ts';
import { type Listening, listen } from './http/listen.ts';
import type { Phase } from './http/not-ready.ts';
import { createLimiter } from './http/rate-limit.ts';
import { createHttpServer, createMetricsServer } from './http/server.ts';
import { createRedis, type Redis } from './redis/index.ts';
import { translateStoreError } from './store/index.ts';
import type { ErrorReports, Metrics } from './telemetry/index.ts';
import { createMapper } from './webhooks/index.ts';

/** What requests need of the rest of Tocsin. */
export type Inside = Pick<Door, 'clock' | 'config' | 'context' | 'reloadTrouble' | 'readSelfHealth'> & {
  /** Whether another host has taken over. */
  isHandedOver(): boolean;
};

/** The servers of a process: there before everything else and after it, so that whoever asks hears how far Tocsin is. */
export type Front = {
  /** Where the HTTP server listens, as a URL; null where the role has none. */
  readonly address: string | null;
  /** Where health and metrics are served beside; null where none is asked for. */
  readonly metricsAddress: string | null;
  /** By which it shares its counts of callers; null: it counts for itself. */
  readonly redis: Redis | null;
  /** Lets requests in. */
  open(inside: Inside): void;
  /** Lets no more requests in, and resolves when those under way have their answers. */
  drain(): Promise<void>;
  /** Ends the servers, whatever they do. */
  close(): Promise<void>;
};

/** Of the time that a stop may take, what requests get of it: the rest is for those parts that end after them. */
const drainShare = 2 / 3;

export type FrontOptions = {
  config: Config;
  /** Whether the role has the HTTP server. */
  hasApi: boolean;
  version: string;
  log: Log;
  metrics: Metrics;
  traceAction?: ErrorReports['traceAction'];
  /** Replaces the machine's clock in tests. */
  clock?: Clock;
};

/** What a door shows of the process, and what moves it on: starting, ready, stopping. */
type Course = Pick<
  Door,
  'clock' | 'config' | 'context' | 'phase' | 'stopping' | 'reloadTrouble' | 'readSelfHealth'
> & {
  begin(inside: Inside): void;
  stop(): void;
};

/** Begins to listen; requests are refused until it is opened. Throws UNAVAILABLE where an address cannot be had. */
export async function createFront(options: FrontOptions): Promise<Front> {
  const { config, log, metrics, traceAction = null, clock = createSystemClock() } = options;
  const course = createCourse(config, clock);
  const { redis, mapper, limiter } = createAids(config, clock, log);
  const door = createDoor(course, { log, metrics, traceAction, mapper, limiter });
  const { main, beside } = await listenWhereAsked(door, options).catch(async (error: unknown) => {
    await redis?.close();
    throw error;
  });
  const all = [main, beside].filter((one) => one !== null);
  return {
    address: main?.url ?? null,
    metricsAddress: beside?.url ?? null,
    redis,
    open: course.begin,
    async drain() {
      course.stop();
      await drainWithin(all, clock, course.config().server.shutdownTimeoutMs * drainShare, log);
      await mapper.stop();
    },
    async close() {
      course.stop();
      await mapper.stop();
      await Promise.all(all.map((one) => one.close()));
      await redis?.close();
    },
  };
}

/** What the servers lean on, and what ends with them. */
function createAids(config: Config, clock: Clock, log: Log) {
  const redis = config.redis && createRedis({ ...config.redis, clock, log });
  return { redis, mapper: createMapper(clock), limiter: createLimiter({ clock, log, shared: redis }) };
}

function createCourse(config: Config, clock: Clock): Course {
  let inside: Inside | null = null;
  const stopping = new AbortController();
  const requireInside = (): Inside => {
    if (inside) return inside;
    throw new AppError('UNAVAILABLE', 'Tocsin is starting');
  };
  return {
    get clock() {
      return inside?.clock ?? clock;
    },
    config: () => inside?.config() ?? config,
    context: (actor, requestId) => requireInside().context(actor, requestId),
    reloadTrouble: () => requireInside().reloadTrouble(),
    readSelfHealth: () => requireInside().readSelfHealth(),
    stopping: stopping.signal,
    phase: () => phaseOf(inside, stopping.signal),
    begin(parts) {
      inside = parts;
    },
    stop: () => stopping.abort(),
  };
}

function phaseOf(inside: Inside | null, stopping: AbortSignal): Phase {
  if (stopping.aborted) return 'stopping';
  if (!inside) return 'starting';
  return inside.isHandedOver() ? 'handed_over' : 'ready';
}

function createDoor(
  course: Course,
  parts: Pick<Door, 'log' | 'metrics' | 'traceAction' | 'mapper' | 'limiter'>,
): Door {
  return {
    ...parts,
    actions,
    authenticator: createAuthenticator(),
    translateError: translateStoreError,
    // The clock is another one once it is opened.
    get clock() {
      return course.clock;
    },
    config: course.config,
    context: course.context,
    phase: course.phase,
    stopping: course.stopping,
    reloadTrouble: course.reloadTrouble,
    readSelfHealth: course.readSelfHealth,
  };
}

type Listeners = { main: Listening | null; beside: Listening | null };

async function listenWhereAsked(door: Door, { config, hasApi, version }: FrontOptions): Promise<Listeners> {
  const { host, port, metricsListen } = config.server;
  const main = hasApi ? await listen(await createHttpServer(door, version), host, port) : null;
  if (metricsListen === null) return { main, beside: null };
  try {
    const small = await createMetricsServer(door);
    return { main, beside: await listen(small, metricsListen.host, metricsListen.port) };
  } catch (error) {
    await main?.close();
    throw error;
  }
}

/** A request that never ends must not keep the others, and what holds leases, from a clean end. */
async function drainWithin(all: readonly Listening[], clock: Clock, timeMs: number, log: Log): Promise<void> {
  const isOver = new AbortController();
  const cutOff = new AbortController();
  const cut = async () => {
    await clock.wait(timeMs, isOver.signal);
    if (isOver.signal.aborted) return;
    log.warn({ tag: 'http' }, '[http] requests that took too long were cut off by the stop');
    cutOff.abort();
  };
  void cut();
  await Promise.all(all.map((one) => one.drain(cutOff.signal)));
  isOver.abort();
}
