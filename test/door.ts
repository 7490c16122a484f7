import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import { createAuthenticator, createToken, type RoleName } from '../src/access/index.ts';
import { type Config, loadConfig } from '../src/config/index.ts';
import type { Action } from '../src/core/action.ts';
import { type Actor, systemActor } from '../src/core/actor.ts';
import { createIds } from '../src/core/ids.ts';
import type { Log } from '../src/core/log.ts';
import type { FlowCtx } from '../src/flows/context.ts';
import { createContexts } from '../src/flows/make-contexts.ts';
import type { Door } from '../src/http/door.ts';
import { createLimiter } from '../src/http/rate-limit.ts';
import { createHttpServer } from '../src/http/server.ts';
import { migrate, openStore, type StoreOptions, translateStoreError } from '../src/store/index.ts';
import { createMapper } from '../src/webhooks/index.ts';
import { createTestClock, type TestClock } from './clock.ts';
import { createFlowParts } from './flow-parts.ts';

type LogLine = { level: string; fields: Record<string, unknown>; message: string };

/** A server on a database of its own, asked by `app.inject`, with a clock that only the test moves. */
export type DoorHarness = {
  server: FastifyInstance;
  clock: TestClock;
  lines: LogLine[];
  context(actor: Actor): FlowCtx;
  /** Makes a token and answers the header that carries it. */
  bearer(role: RoleName): Promise<{ authorization: string }>;
};

export type DoorOptions = {
  actions?: readonly Action<FlowCtx>[];
  /** Environment for the configuration. */
  env?: Record<string, string>;
  server?: Partial<Config['server']>;
  config?: Partial<Config>;
  door?: Partial<Door>;
  /** SQLite in memory where absent. */
  store?: StoreOptions;
};

/** Answers a door of the given actions, closed when the test ends. */
export async function openDoor(options: DoorOptions = {}): Promise<DoorHarness> {
  const lines: LogLine[] = [];
  const log = createRecordingLog(lines);
  const clock = createTestClock();
  const config = await makeConfig(options);
  const store = await openStore(options.store ?? { backend: 'memory' }, log);
  await migrate(store.db, store.dialect, clock.now());
  const shared = {
    db: store.db,
    dialect: store.dialect,
    clock,
    ids: createIds(clock),
    log,
    ...createFlowParts(clock),
    afterCommit: null,
  };
  const { context } = createContexts(shared, () => config);
  const door = makeDoor({ clock, log, metrics: shared.metrics, config: () => config, context }, options);
  const http = await createHttpServer(door, '0.0.0');
  onTestFinished(async () => {
    await http.close();
    await door.mapper.stop();
    await store.close();
  });
  const harnessContext = (actor: Actor) => context(actor, null);
  return {
    server: http,
    clock,
    lines,
    context: harnessContext,
    async bearer(role) {
      const { token } = await createToken(harnessContext(systemActor('test')), { role, name: `a ${role}` });
      return { authorization: `Bearer ${token}` };
    },
  };
}

async function makeConfig(options: DoorOptions): Promise<Config> {
  const env = { ALERT_BACKEND: 'memory', ...options.env };
  const loaded = await loadConfig({ env, cwd: import.meta.dirname });
  return { ...loaded, ...options.config, server: { ...loaded.server, ...options.server } };
}

function makeDoor(
  parts: Pick<Door, 'clock' | 'log' | 'metrics' | 'config' | 'context'>,
  options: DoorOptions,
): Door {
  const { clock, log } = parts;
  return {
    ...parts,
    actions: options.actions ?? [],
    authenticator: createAuthenticator(),
    limiter: createLimiter({ clock, log, shared: null }),
    mapper: createMapper(clock),
    translateError: translateStoreError,
    phase: () => 'ready',
    stopping: new AbortController().signal,
    readSelfHealth: () => Promise.reject(new Error('not asked for in this test')),
    reloadTrouble: () => null,
    ...options.door,
  };
}

function createRecordingLog(lines: LogLine[]): Log {
  const say = (level: string) => (fields: Record<string, unknown>, message: string) =>
    void lines.push({ level, fields, message });
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
}
