import { expect, onTestFinished, test } from 'vitest';
import { createTestClock } from '../test/clock.ts';
import { quietLog } from '../test/stores.ts';
import { loadConfig } from './config/index.ts';
import { createFront, type Front, type Inside } from './front.ts';
import { createMetrics } from './telemetry/index.ts';

const anyPort = { host: '127.0.0.1', port: 0 };

async function openFront({
  listen = '127.0.0.1:0',
  hasApi = true,
  metricsListen = anyPort,
} = {}): Promise<Front> {
  const env = { ALERT_BACKEND: 'memory' };
  const config = await loadConfig({ env, cwd: import.meta.dirname, flags: { listen } });
  const front = await createFront({
    config: { ...config, server: { ...config.server, metricsListen } },
    hasApi,
    version: '0',
    log: quietLog,
    metrics: createMetrics(),
  });
  onTestFinished(front.close);
  return front;
}

async function ask(address: string | null, path: string) {
  // A connection that is kept would be ended under the next request by the stop.
  const answered = await fetch(`${address}${path}`, { headers: { connection: 'close' } });
  return {
    status: answered.status,
    retryAfter: answered.headers.get('retry-after'),
    body: await answered.text(),
  };
}

test.each([true, false])(
  'beside, metrics and health are served as early and as long (with the HTTP server: %s)',
  async (hasApi) => {
    const front = await openFront({ hasApi });
    expect(front.address !== null).toBe(hasApi);
    for (const path of ['/healthz', '/readyz', '/health', '/metrics', '/v1/alerts']) {
      const own = await ask(front.metricsAddress, path);
      expect([path, own.status]).toEqual([path, path === '/healthz' ? 200 : 503]);
      if (hasApi) expect(own.status).toBe((await ask(front.address, path)).status);
    }
    const draining = front.drain();
    expect(await ask(front.metricsAddress, '/healthz')).toMatchObject({ status: 200 });
    expect(await ask(front.metricsAddress, '/readyz')).toMatchObject({
      status: 503,
      body: expect.stringContaining('stopping'),
    });
    await draining;
    await front.close();
    await expect(fetch(`${front.metricsAddress}/healthz`)).rejects.toThrow();
  },
);

test('an address for metrics that is taken ends the whole start', async () => {
  const first = await openFront();
  const taken = Number(new URL(first.metricsAddress ?? '').port);
  await expect(openFront({ metricsListen: { ...anyPort, port: taken } })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: `cannot listen on 127.0.0.1:${taken}: something else listens there`,
  });
});

function refuse(): never {
  throw new Error('not asked for in this test');
}

test('before it is opened it answers that it starts, and refuses all else for a second', async () => {
  const { address } = await openFront();
  expect(await (await fetch(`${address}/healthz`)).json()).toEqual({ status: 'ok' });
  const ready = await fetch(`${address}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: 'starting', reason: expect.stringContaining('migrated') },
  ]);
  for (const path of ['/', '/health', '/v1/alerts', '/openapi.json', '/nothing']) {
    const refused = await fetch(`${address}${path}`);
    expect([path, refused.status, refused.headers.get('retry-after')]).toEqual([path, 503, '1']);
    expect(await refused.json()).toMatchObject({ error: { code: 'UNAVAILABLE' } });
  }
});

test('once it is opened it is ready, on the connections of before too', async () => {
  const front = await openFront();
  expect((await fetch(`${front.address}/readyz`)).status).toBe(503);
  const config = await loadConfig({ env: { ALERT_BACKEND: 'memory' }, cwd: import.meta.dirname });
  let isHandedOver = false;
  const inside: Inside = {
    clock: createTestClock(),
    config: () => config,
    context: refuse,
    reloadTrouble: refuse,
    readSelfHealth: refuse,
    isHandedOver: () => isHandedOver,
  };
  front.open(inside);
  expect(await (await fetch(`${front.address}/readyz`)).json()).toEqual({ status: 'ready' });
  expect((await fetch(`${front.address}/openapi.json`)).status).toBe(200);
  isHandedOver = true;
  expect(await (await fetch(`${front.address}/readyz`)).json()).toMatchObject({
    status: 'handed_over',
    reason: expect.stringContaining('tocsin state resume'),
  });
  expect((await fetch(`${front.address}/openapi.json`)).status).toBe(503);
});

test('the name localhost stands for all its addresses', async () => {
  const { address } = await openFront({ listen: 'localhost:0' });
  const { port } = new URL(address ?? '');
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  expect((await fetch(`http://localhost:${port}/healthz`)).status).toBe(200);
});
