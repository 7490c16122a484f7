import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { type Config, loadConfig } from '../../src/config/index.ts';
import { createTestClock, type TestClock } from '../clock.ts';
import { migratedSchema } from '../services/migrated.ts';
import { quietLog } from '../stores.ts';
import { component, httpCheck, type Switch, startSwitch } from '../watched.ts';
import { type Receiver, startReceiver } from '../webhook-receiver.ts';

const stepMs = 500;
/** The clock goes fifty times as fast as ours and no faster: a lease of 30 s must outlast what sockets and disks take. */
const stepTakesMs = 10;
/** Of its time; what a lost lease holds up comes again within it. */
const withinMs = 180_000;
const patienceMs = 10_000;

/** A whole Tocsin that watches one component, with a receiver of its messages and a clock that only the story moves. */
export type House = {
  app: App;
  clock: TestClock;
  shop: Switch;
  receiver: Receiver;
  /** Moves time in small steps until it is so; throws where it is not within three minutes of its time. */
  until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void>;
  /** Asks the API with the admin's token. */
  ask<Body>(path: string, body?: unknown): Promise<{ status: number; body: Body }>;
  /** The messages so far, as `event title`; repeats with the same key are one. */
  heard(): string[];
};

export type Engine = 'sqlite' | 'postgres';

/** Starts the house; it ends with the test. */
export async function openHouse(engine: Engine): Promise<House> {
  const [shop, receiver, clock] = [await startSwitch(), await startReceiver(), createTestClock()];
  const config = await configure(engine, shop, receiver);
  const app = createApp({
    config,
    load: async () => config,
    role: 'all',
    version: '0.0.0',
    log: quietLog,
    clock,
  });
  await app.start();
  onTestFinished(() => app.stop());
  const token = (await readFile(join(config.dataDir, 'admin-token'), 'utf8')).trim();
  // As a receiver should: what comes again with the same key is the same message.
  const heard = () => {
    const byKey = new Map(receiver.received.map(({ headers, body }) => [headers['idempotency-key'], body]));
    return [...byKey.values()].map((body) => {
      const message = JSON.parse(body) as { event: string; title: string };
      return `${message.event} ${message.title}`;
    });
  };
  return {
    app,
    clock,
    shop,
    receiver,
    async until(what, isSo) {
      const happened = await moveUntil(clock, isSo);
      if (!happened)
        throw new Error(`this did not happen: ${what}; heard so far: ${JSON.stringify(heard())}`);
    },
    async ask<Body>(path: string, body?: unknown) {
      const answer = await fetch(`${app.address()}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: (await answer.json()) as Body };
    },
    heard,
  };
}

async function configure(engine: Engine, shop: Switch, receiver: Receiver): Promise<Config> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-house-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const env = engine === 'postgres' ? { ALERT_DATABASE_URL: await migratedSchema(quietLog) } : {};
  const config = await loadConfig({ env, cwd: folder, flags: { listen: '127.0.0.1:0' } });
  const route = {
    match: {},
    groupWaitMs: null,
    severityFloor: 'P3',
    sendResolved: true,
    dedupeTtlMs: null,
    quietHours: null,
    repeatIntervalMs: null,
    continue: false,
  } as const;
  return {
    ...config,
    components: [component('shop', [httpCheck(shop.url)])],
    channels: {
      team: { type: 'webhook', url: receiver.url, secret: 'secret', headers: {}, timeoutMs: 5000 },
    },
    routes: [{ name: 'all', channels: ['team'], ...route }],
  };
}

/** What the app does in real time, sockets and disks, is waited for between the steps of its clock. */
async function moveUntil(clock: TestClock, isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  const endMs = clock.now() + withinMs;
  const deadline = performance.now() + patienceMs;
  while (clock.now() < endMs || performance.now() < deadline) {
    if (await isSo()) return true;
    if (clock.now() < endMs) await clock.advance(stepMs);
    await new Promise((resolve) => setTimeout(resolve, stepTakesMs));
  }
  return false;
}
