import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { CompiledQuery } from 'kysely';
import { expect, test } from 'vitest';
import { checkDefaults } from '../../test/check-defaults.ts';
import { openDoor } from '../../test/door.ts';
import { makeTestFolder } from '../../test/folders.ts';
import type { Config } from '../config/index.ts';
import { systemActor } from '../core/actor.ts';
import { takeLease } from '../health/index.ts';
import type { RedisState } from '../redis/index.ts';
import { inTransaction, type StoreOptions } from '../store/index.ts';
import { createPresence } from './presence.ts';
import { createSelfHealth, type SelfHealthDeps } from './self-health.ts';

async function open(
  change: Partial<SelfHealthDeps> = {},
  config: Partial<Config> = {},
  store: StoreOptions = { backend: 'memory' },
) {
  const { context, clock } = await openDoor({ config, store });
  const ctx = context(systemActor('health'));
  const read = createSelfHealth({
    ctx,
    version: '1',
    store: { backend: 'sqlite', durable: true, ping: () => Promise.resolve() },
    clockOffsetMs: () => 0,
    lastPassAt: () => null,
    schedule: () => null,
    redis: null,
    ...change,
  });
  return { read, clock, ctx };
}

const store = (ping: () => Promise<void>) => ({ backend: 'postgres', durable: true, ping });

const components = [
  {
    id: 'api',
    name: 'api',
    group: null,
    description: null,
    critical: false,
    public: false,
    dependsOn: [],
    checks: [
      { ...checkDefaults, kind: 'tcp', host: '127.0.0.1', port: 9, send: null, expect: null } as const,
    ],
  },
];

test('every part has its field, those too that nobody plays', async () => {
  const { read } = await open();
  expect((await read()).components).toEqual({
    database: { status: 'ok' },
    redis: { status: 'unknown', reason: 'not_used' },
    scheduler: { status: 'unknown', reason: 'not_needed' },
    supervisor: { status: 'degraded', reason: 'nobody_supervises' },
    outbox: { status: 'ok', waiting: 0, dead: 0 },
  });
});

test('a process without these roles says whether another one schedules and supervises', async () => {
  const { read, ctx, clock } = await open({}, { components });
  const presence = createPresence({ ctx, holder: 'node2:7', lastPassAt: clock.now });
  expect(await read()).toMatchObject({
    status: 'degraded',
    components: { scheduler: { reason: 'nobody_schedules' }, supervisor: { reason: 'nobody_supervises' } },
  });
  await presence.tick();
  await takeLease(ctx, { name: 'checks', holder: 'node2:7', token: 't', leaseMs: 15_000 });
  await clock.advance(1000);
  expect(await read()).toMatchObject({
    status: 'ok',
    components: { scheduler: { elsewhere: true }, supervisor: { elsewhere: true } },
  });
  await presence.stop();
  await clock.advance(1000);
  expect((await read()).components.supervisor).toMatchObject({ reason: 'nobody_supervises' });
});

test('a process that is gone, or whose supervisor stands still, does not count as one that supervises', async () => {
  const { read, ctx, clock } = await open();
  let lastPassAt = clock.now();
  const presence = createPresence({ ctx, holder: 'node2:7', lastPassAt: () => lastPassAt });
  const other = createPresence({ ctx, holder: 'node3:7', lastPassAt: clock.now });
  await presence.tick();
  await clock.advance(20_000);
  await presence.tick();
  await clock.advance(29_000);
  expect((await read()).components.supervisor).toEqual({ status: 'ok', elsewhere: true });
  lastPassAt = clock.now() - 60_001;
  await presence.tick();
  await clock.advance(1000);
  expect((await read()).components.supervisor).toMatchObject({ status: 'degraded' });
  await other.tick();
  await clock.advance(1000);
  expect((await read()).components.supervisor).toMatchObject({ status: 'ok' });
});

test('a database that refuses makes Tocsin down, and says why', async () => {
  const { read } = await open({ store: store(() => Promise.reject(new Error('gone'))) });
  expect(await read()).toMatchObject({
    status: 'down',
    components: {
      database: { status: 'down', reason: 'failed' },
      scheduler: { status: 'unknown', reason: 'database_down' },
      supervisor: { status: 'unknown', reason: 'database_down' },
      outbox: { status: 'down' },
    },
  });
});

test('a database that hangs is down after two seconds', async () => {
  const { read, clock } = await open({ store: store(() => new Promise(() => {})) });
  const answer = read();
  await clock.advance(2000);
  expect(await answer).toMatchObject({ status: 'down', components: { database: { reason: 'timeout' } } });
});

test('a database that is read and cannot be written, as on a full disk, makes Tocsin down', async () => {
  const { read, ctx, clock } = await open();
  const setReadOnly = (on: 0 | 1) => ctx.db.executeQuery(CompiledQuery.raw(`pragma query_only = ${on}`));
  await setReadOnly(1);
  expect(await read()).toMatchObject({
    status: 'down',
    components: { database: { status: 'down', reason: 'cannot_write' } },
  });
  await setReadOnly(0);
  await clock.advance(1000);
  expect((await read()).components.database).toEqual({ status: 'ok' });
});

test('a database that others write to for long is slow, and no more', async () => {
  const folder = await makeTestFolder();
  const { read, ctx, clock } = await open({}, {}, { backend: 'sqlite', path: join(folder, 'tocsin.db') });
  const answer = await inTransaction(ctx, async () => {
    let isOver = false;
    const asked = read().finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await clock.advance(2000);
      await setImmediate();
    }
    return (await asked).components.database;
  });
  expect(answer).toEqual({ status: 'degraded', reason: 'slow_to_write' });
});

test.each([
  [2000, 'ok'],
  [-2001, 'degraded'],
])('clocks that are %s ms apart are %s', async (offsetMs, status) => {
  const { read } = await open({ clockOffsetMs: () => offsetMs });
  expect((await read()).components.database).toMatchObject({ status });
});

test('a supervisor that has not begun a pass for over a minute is down', async () => {
  let lastPassAt = 0;
  const { read, clock } = await open({ lastPassAt: () => lastPassAt });
  lastPassAt = clock.now();
  await clock.advance(60_000);
  expect((await read()).status).toBe('ok');
  await clock.advance(1001);
  expect(await read()).toMatchObject({ status: 'down', components: { supervisor: { status: 'down' } } });
});

test('all who ask within a second share one answer', async () => {
  let pings = 0;
  const ping = async () => {
    pings++;
  };
  const { read, clock } = await open({ store: store(ping) });
  await Promise.all([read(), read(), read()]);
  expect(pings).toBe(1);
  await clock.advance(1000);
  await read();
  expect(pings).toBe(2);
  clock.goBack(60_000);
  await read();
  expect(pings).toBe(3);
});

test('a Redis that is away makes it degraded and no more, and is said with its reason', async () => {
  let state: RedisState = { isUp: true, sinceMs: 0, reason: null };
  const { read, clock } = await open({ redis: { state: () => state }, lastPassAt: () => Date.now() });
  expect((await read()).components.redis).toEqual({ status: 'ok' });
  state = { isUp: false, sinceMs: 1000, reason: 'timeout' };
  await clock.advance(1000);
  expect(await read()).toMatchObject({
    status: 'degraded',
    components: { redis: { status: 'down', reason: 'timeout', since: '1970-01-01T00:00:01.000Z' } },
  });
});
