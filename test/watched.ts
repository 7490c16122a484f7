import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { CheckConfig, ComponentConfig, Config } from '../src/config/types.ts';
import { systemActor } from '../src/core/actor.ts';
import { createIds } from '../src/core/ids.ts';
import type { Log } from '../src/core/log.ts';
import type { FlowCtx } from '../src/flows/context.ts';
import { createIntake } from '../src/flows/intake.ts';
import { createProbing, type Probing } from '../src/flows/probe.ts';
import type { AlertRow, Store } from '../src/store/index.ts';
import { type HttpCheck, makeHttpCheck } from './check-defaults.ts';
import type { TestClock } from './clock.ts';
import { createFlowParts } from './flow-parts.ts';
import { createTestCtx, type StoreHarness } from './stores.ts';
import { loadTestConfig } from './supervised.ts';

/** A target on loopback that answers with the status that it was last told. */
export type Switch = {
  url: string;
  /** How often it was asked. */
  asked(): number;
  turn(status: number): void;
};

/** Starts a target that answers 200 until it is turned, and ends with the test. */
export async function startSwitch(): Promise<Switch> {
  let status = 200;
  let asked = 0;
  const server = createServer((_request, response) => {
    asked++;
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    asked: () => asked,
    turn(next) {
      status = next;
    },
  };
}

/** Answers an http check of the address, every 10 s. */
export function httpCheck(url: string, changes: Partial<HttpCheck> = {}): HttpCheck {
  return makeHttpCheck(url, { intervalMs: 10_000, ...changes });
}

/** Answers a component with these checks. */
export function component(
  id: string,
  checks: readonly CheckConfig[],
  changes: Partial<ComponentConfig> = {},
): ComponentConfig {
  const nothing = { group: null, description: null, critical: false, public: false, dependsOn: [] };
  return { id, name: `The ${id}`, ...nothing, checks, ...changes };
}

/** A process that watches components, and short ways to look at what it did. */
export type Watcher = {
  ctx(): FlowCtx;
  probing: Probing;
  /** Puts other components in force, and whatever else changes, as a reload does. */
  configure(components: readonly ComponentConfig[], changes?: Partial<Config>): Promise<void>;
  /** What was said to the log as a warning or an error. */
  complaints: string[];
};

export type WatcherOptions = { store?: Store; holder?: string; config?: Partial<Config> };

/** Answers a watcher on the store; several on one store are as several processes. It is stopped when the test ends. */
export async function startWatcher(
  harness: StoreHarness,
  components: readonly ComponentConfig[],
  options: WatcherOptions = {},
): Promise<Watcher> {
  let config: Config = { ...(await loadTestConfig()), ...options.config, components };
  const complaints: string[] = [];
  const complain: Log['warn'] = (_, message) => void complaints.push(message);
  const parts = {
    ...createTestCtx(options.store ?? harness.store, harness.clock),
    ids: createIds(harness.clock),
    log: { debug() {}, info() {}, warn: complain, error: complain },
    actor: systemActor('prober'),
    ...createFlowParts(harness.clock),
  };
  const intake = createIntake(() => ctx(), parts.dialect);
  const ctx = (): FlowCtx => ({ ...parts, intake, config });
  const probing = createProbing({ makeCtx: ctx, holder: options.holder ?? 'node-1' });
  return {
    ctx,
    probing,
    complaints,
    async configure(components, changes = {}) {
      config = { ...config, ...changes, components };
      await probing.reload();
    },
  };
}

/** Moves time on to the next round in which checks ran, or throws after a minute of nothing. */
export async function runNext(clock: TestClock, probing: Probing): Promise<void> {
  for (let second = 0; second < 60; second++) {
    await clock.advance(1000);
    if (await probing.tick()) return;
  }
  throw new Error('no check was due for a minute');
}

/** Answers all alerts, oldest first. */
export function listAllAlerts(ctx: FlowCtx): Promise<AlertRow[]> {
  return ctx.db.selectFrom('alert').selectAll().orderBy('alert_ref').execute();
}

/** Answers what is kept of components, as `id status reason`. */
export async function listShown(ctx: FlowCtx): Promise<string[]> {
  const rows = await ctx.db.selectFrom('component_status').selectAll().orderBy('component').execute();
  return rows.map(({ component, status, reason }) => `${component} ${status} ${reason ?? '-'}`);
}

/** Answers the steps of components, oldest first, as `id from → to reason`. */
export async function listSteps(ctx: FlowCtx): Promise<string[]> {
  const rows = await ctx.db.selectFrom('component_change').selectAll().orderBy('change_id').execute();
  return rows.map((row) => `${row.component} ${row.from_status} → ${row.to_status} ${row.reason}`);
}
