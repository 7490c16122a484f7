import { expect, test } from 'vitest';
import { openDoor } from '../../../test/door.ts';
import { createSignInCode } from '../../access/index.ts';
import { actions } from '../../actions.ts';
import type { ComponentConfig } from '../../config/index.ts';
import { systemActor } from '../../core/actor.ts';
import type { SelfHealth } from '../../flows/self-health.ts';

const component: ComponentConfig = {
  id: 'api',
  name: 'Public API',
  group: null,
  description: null,
  critical: false,
  public: false,
  dependsOn: [],
  checks: [],
};

const health = (status: SelfHealth['status']): SelfHealth => ({
  status,
  timestamp: '2026-03-01T12:00:00.000Z',
  uptime: 1,
  version: '0',
  durable: true,
  backend: 'sqlite',
  components: {
    database: { status: 'ok' },
    redis: { status: 'unknown' },
    scheduler: { status: 'ok' },
    supervisor: { status },
    outbox: { status: 'ok' },
  },
});

test.each<[SelfHealth['status'], number]>([
  ['ok', 200],
  ['degraded', 200],
  ['down', 503],
])('a Tocsin that is %s answers %s for its own health', async (status, code) => {
  const { server } = await openDoor({ door: { readSelfHealth: () => Promise.resolve(health(status)) } });
  const answered = await server.inject({ url: '/health' });
  expect(answered.statusCode).toBe(code);
  expect(answered.headers['cache-control']).toBe('no-cache');
});

test.each<['starting' | 'ready' | 'stopping', number]>([
  ['starting', 503],
  ['ready', 200],
  ['stopping', 503],
])('while it is %s readiness answers %s, and liveness 200', async (phase, code) => {
  const { server } = await openDoor({ door: { phase: () => phase } });
  expect((await server.inject({ url: '/readyz' })).statusCode).toBe(code);
  expect(await server.inject({ url: '/healthz' })).toMatchObject({
    statusCode: 200,
    body: '{"status":"ok"}',
  });
});

test('the health of components is open, without a cache, and takes no unknown parameter', async () => {
  const { server } = await openDoor({ config: { components: [component] } });
  const one = await server.inject({ url: '/v1/health/api' });
  expect(one).toMatchObject({ statusCode: 200, headers: { 'cache-control': 'no-cache' } });
  expect(one.json()).toMatchObject({ service: 'api', status: 'unknown' });
  expect((await server.inject({ url: '/v1/health/services' })).json()).toMatchObject({
    services: { api: {} },
  });
  expect((await server.inject({ url: '/v1/health/nope' })).statusCode).toBe(404);
  expect((await server.inject({ url: '/v1/health/api?frsh=true' })).statusCode).toBe(400);
});

test('a fresh look at components needs a token', async () => {
  const { server, bearer } = await openDoor({ config: { components: [component] } });
  const url = '/v1/health/services?fresh=true';
  expect((await server.inject({ url })).statusCode).toBe(401);
  expect((await server.inject({ url, headers: { authorization: 'Bearer bad' } })).statusCode).toBe(401);
  expect((await server.inject({ url, headers: await bearer('viewer') })).statusCode).toBe(200);
});

test('the first page shows what was reported to whoever is signed in', async () => {
  const { server, bearer, context } = await openDoor({ actions, config: { components: [component] } });
  const payload = { service: 'shop', kind: 'latency', severity: 'P1', title: 'Slow <checkout>' };
  const reported = await server.inject({
    method: 'POST',
    url: '/v1/alerts',
    headers: await bearer('agent_monitor'),
    payload,
  });
  expect(reported.statusCode).toBe(200);
  const code = await createSignInCode(context(systemActor('test')), 'viewer');
  const signedIn = await server.inject({
    method: 'POST',
    url: '/signin',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: `code=${code}`,
  });
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? '';
  const board = await server.inject({ url: '/', headers: { cookie } });
  expect(board.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(board.body).toContain('1 live alert');
  expect(board.body).toContain('Slow &lt;checkout&gt;');
  expect(board.body).toContain('Public API');
});
