import { createAuthenticator } from './access/index.ts';
import { actions } from './actions.ts';
import type { Config } from './config/index.ts';
import { type Clock, createSystemClock } from './core/clock.ts';
import { AppError } from './core/errors.ts';
import type { Log } from './core/log.ts';
import type { Door } from './http/door.ts';
import { type Listening, listen } from './http/listen.ts';
import type { Phase } from './http/not-ready.ts';
import { createHttpServer } from './http/server.ts';
import { translateStoreError } from './store/index.ts';
import type { Metrics } from './telemetry/index.ts';
import { createMapper } from './webhooks/index.ts';

/** What requests need of the rest of Tocsin. */
export type Inside = Pick<Door, 'clock' | 'config' | 'context' | 'reloadTrouble' | 'readSelfHealth'> & {
  /** Whether another host has taken over. */
  isHandedOver(): boolean;
};

/** The HTTP server: there before everything else and after it, so that whoever asks hears how far Tocsin is. */
export type Front = {
  /** Where it listens, as a URL. */
  readonly address: string;
  /** Lets requests in. */
  open(inside: Inside): void;
  /** Lets no more requests in, and resolves when those under way have their answers. */
  drain(): Promise<void>;
  /** Ends the server, whatever it does. */
  close(): Promise<void>;
};

/** Of the time that a stop may take, what requests get of it: the rest is for those parts that end after them. */
const drainShare = 2 / 3;

export type FrontOptions = {
  config: Config;
  version: string;
  log: Log;
  metrics: Metrics;
  /** Replaces the machine's clock in tests. */
  clock?: Clock;
};

/** Begins to listen; requests are refused until it is opened. Throws UNAVAILABLE where the address cannot be had. */
export async function createFront(options: FrontOptions): Promise<Front> {
  const { config, version, log, metrics, clock = createSystemClock() } = options;
  let inside: Inside | null = null;
  const stopping = new AbortController();
  const phase = (): Phase => {
    if (stopping.signal.aborted) return 'stopping';
    if (!inside) return 'starting';
    return inside.isHandedOver() ? 'handed_over' : 'ready';
  };
  const requireInside = (): Inside => {
    if (inside) return inside;
    throw new AppError('UNAVAILABLE', 'Tocsin is starting');
  };
  const mapper = createMapper(clock);
  const door: Door = {
    actions,
    authenticator: createAuthenticator(),
    get clock() {
      return inside?.clock ?? clock;
    },
    log,
    metrics,
    mapper,
    config: () => inside?.config() ?? config,
    translateError: translateStoreError,
    context: (actor, requestId) => requireInside().context(actor, requestId),
    phase,
    stopping: stopping.signal,
    reloadTrouble: () => requireInside().reloadTrouble(),
    readSelfHealth: () => requireInside().readSelfHealth(),
  };
  const { host, port } = config.server;
  const listening = await listen(await createHttpServer(door, version), host, port);
  return {
    address: listening.url,
    open(parts) {
      inside = parts;
    },
    async drain() {
      stopping.abort();
      const { shutdownTimeoutMs } = door.config().server;
      await drainWithin(listening, clock, shutdownTimeoutMs * drainShare, log);
      await mapper.stop();
    },
    async close() {
      stopping.abort();
      await mapper.stop();
      await listening.close();
    },
  };
}

/** A request that never ends must not keep the others, and what holds leases, from a clean end. */
async function drainWithin(listening: Listening, clock: Clock, timeMs: number, log: Log): Promise<void> {
  const isOver = new AbortController();
  const cutOff = new AbortController();
  const cut = async () => {
    await clock.wait(timeMs, isOver.signal);
    if (isOver.signal.aborted) return;
    log.warn({ tag: 'http' }, '[http] requests that took too long were cut off by the stop');
    cutOff.abort();
  };
  void cut();
  await listening.drain(cutOff.signal);
  isOver.abort();
}
