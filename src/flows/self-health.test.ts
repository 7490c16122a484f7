import { expect, test } from 'vitest';
import { openDoor } from '../../test/door.ts';
import { systemActor } from '../core/actor.ts';
import { createSelfHealth, type SelfHealthDeps } from './self-health.ts';

async function open(change: Partial<SelfHealthDeps> = {}) {
  const { context, clock } = await openDoor();
  const read = createSelfHealth({
    ctx: context(systemActor('health')),
    version: '1',
    store: { backend: 'sqlite', durable: true, ping: () => Promise.resolve() },
    clockOffsetMs: () => 0,
    lastPassAt: () => null,
    schedule: () => null,
    ...change,
  });
  return { read, clock };
}

const store = (ping: () => Promise<void>) => ({ backend: 'postgres', durable: true, ping });

test('what another process does is not part of this one', async () => {
  const { read } = await open();
  expect(Object.keys((await read()).components)).toEqual(['database', 'outbox']);
});

test('a database that refuses makes Tocsin down, and says why', async () => {
  const { read } = await open({ store: store(() => Promise.reject(new Error('gone'))) });
  expect(await read()).toMatchObject({
    status: 'down',
    components: { database: { status: 'down', reason: 'failed' }, outbox: { status: 'down' } },
  });
});

test('a database that hangs is down after two seconds', async () => {
  const { read, clock } = await open({ store: store(() => new Promise(() => {})) });
  const answer = read();
  await clock.advance(2000);
  expect(await answer).toMatchObject({ status: 'down', components: { database: { reason: 'timeout' } } });
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
