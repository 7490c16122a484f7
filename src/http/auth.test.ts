import { expect, test } from 'vitest';
import { z } from 'zod';
import { openDoor } from '../../test/door.ts';
import { createSignInCode, createTokenAction, listTokensAction } from '../access/index.ts';
import { type Action, defineAction } from '../core/action.ts';
import { systemActor } from '../core/actor.ts';
import type { FlowCtx } from '../flows/context.ts';

const whoami = defineAction({
  name: 'test.whoami',
  summary: 'Say who I am',
  input: z.strictObject({}),
  output: z.object({ name: z.string(), role: z.string() }),
  entitlement: 'tools.alerts.read',
  http: { method: 'GET', path: '/v1/whoami' },
  run: async ({ actor }: FlowCtx) => ({ name: actor.name, role: actor.role }),
});
const touch = { ...whoami, name: 'test.touch', http: { method: 'POST', path: '/v1/touch' } } as const;
const actions = [whoami, touch, createTokenAction, listTokensAction] as unknown as readonly Action<FlowCtx>[];

const form = { 'content-type': 'application/x-www-form-urlencoded' };

test('without a token the answer is 401 and says how to authenticate', async () => {
  const { server } = await openDoor({ actions });
  const answered = await server.inject({ url: '/v1/whoami' });
  expect(answered.statusCode).toBe(401);
  expect(answered.headers['www-authenticate']).toMatch(/^Bearer/);
  expect(answered.headers['x-ratelimit-limit']).toBeUndefined();
});

test('a role without the entitlement is told which one is missing', async () => {
  const { server, bearer } = await openDoor({ actions });
  const headers = await bearer('viewer');
  const answered = await server.inject({ method: 'POST', url: '/v1/tokens', headers, payload: {} });
  expect(answered.statusCode).toBe(403);
  expect(answered.json().error.details).toEqual({
    role: 'viewer',
    missing_entitlement: 'tools.tokens.write',
  });
});

test('after five bad tokens the caller must wait; a good token is never held up', async () => {
  const { server, bearer, clock } = await openDoor({ actions });
  const good = await bearer('viewer');
  const bad = (i: number) =>
    server.inject({ url: '/v1/whoami', headers: { authorization: `Bearer bad${i}` } });
  for (let i = 0; i < 5; i++) expect(await bad(i)).toMatchObject({ statusCode: 401 });
  const refused = await bad(5);
  expect(refused.statusCode).toBe(429);
  expect(refused.headers).toMatchObject({
    'retry-after': '60',
    'x-ratelimit-limit': '5',
    'x-ratelimit-remaining': '0',
  });
  expect((await server.inject({ url: '/v1/whoami', headers: good })).statusCode).toBe(200);
  expect(
    (await server.inject({ url: '/v1/whoami', headers: good, remoteAddress: '10.0.0.9' })).statusCode,
  ).toBe(200);
  await clock.advance(60_000);
  expect((await bad(6)).statusCode).toBe(401);
});

test.each(['Basic abc', 'Bearer', 'Bearer a b', ''])(
  'the authorization "%s" is refused',
  async (authorization) => {
    const { server } = await openDoor({ actions });
    expect((await server.inject({ url: '/v1/whoami', headers: { authorization } })).statusCode).toBe(401);
  },
);

test.each<[string, Record<string, string>, string, number]>([
  ['on this host', {}, '127.0.0.1', 200],
  ['on this host by IPv6', {}, '::1', 200],
  ['through a proxy', { 'x-forwarded-for': '10.1.1.1' }, '127.0.0.1', 401],
  ['elsewhere', {}, '10.0.0.9', 401],
  ['with a name that was made point here', { host: 'evil.example' }, '127.0.0.1', 401],
])('with a loopback role a caller %s is answered', async (_name, headers, remoteAddress, status) => {
  const { server } = await openDoor({ actions, server: { loopbackRole: 'viewer' } });
  const answered = await server.inject({
    url: '/v1/whoami',
    headers: { host: '127.0.0.1', ...headers },
    remoteAddress,
  });
  expect(answered.statusCode).toBe(status);
});

test('with a loopback role a page of another site cannot act through a browser on this host', async () => {
  const { server } = await openDoor({ actions, server: { loopbackRole: 'viewer' } });
  const ask = (headers: Record<string, string>) =>
    server.inject({
      method: 'POST',
      url: '/v1/touch',
      headers: { host: '127.0.0.1', ...headers },
      payload: {},
    });
  expect((await ask({})).statusCode).toBe(200);
  expect((await ask({ origin: 'https://evil.example' })).statusCode).toBe(403);
  expect((await ask({ 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403);
  expect((await ask({ 'sec-fetch-site': 'same-origin' })).statusCode).toBe(200);
});

test('a visitor without a session is sent to sign in, and the token of the form begins one', async () => {
  const { server, bearer } = await openDoor({ actions });
  const away = await server.inject({ url: '/' });
  expect(away).toMatchObject({ statusCode: 303, headers: { location: '/signin' } });
  const token = (await bearer('viewer')).authorization.slice('Bearer '.length);
  const payload = new URLSearchParams({ token }).toString();
  const signedIn = await server.inject({ method: 'POST', url: '/signin', headers: form, payload });
  expect(signedIn).toMatchObject({ statusCode: 303, headers: { location: '/' } });
  const cookie = String(signedIn.headers['set-cookie']);
  expect(cookie).toMatch(/^tocsin_session=toc_[^;]+; .*HttpOnly/);
  expect(cookie).toMatch(/SameSite=Strict/);
  expect(cookie).toMatch(/Max-Age=604800/);
  expect(cookie).not.toContain(token);
  const session = { cookie: cookie.split(';')[0] ?? '' };
  expect((await server.inject({ url: '/v1/whoami', headers: session })).json()).toEqual({
    name: 'a viewer',
    role: 'viewer',
  });

  const act = (headers: Record<string, string>) =>
    server.inject({ method: 'POST', url: '/v1/touch', headers: { ...session, ...headers }, payload: {} });
  expect((await act({})).statusCode).toBe(403);
  expect((await act({ origin: 'https://evil.example' })).statusCode).toBe(403);
  expect((await act({ origin: 'http://localhost:8923', host: 'localhost:8923' })).statusCode).toBe(200);

  const out = await server.inject({
    method: 'POST',
    url: '/signout',
    headers: { ...session, 'sec-fetch-site': 'same-origin' },
  });
  expect(String(out.headers['set-cookie'])).toMatch(/Max-Age=0/);
  expect((await server.inject({ url: '/v1/whoami', headers: session })).statusCode).toBe(401);
});

test('a sign-in link works once, and looking at it uses nothing up', async () => {
  const { server, context } = await openDoor({ actions });
  const code = await createSignInCode(context(systemActor('test')), 'admin');
  for (let i = 0; i < 3; i++) {
    const look = await server.inject({ url: `/signin?code=${code}` });
    expect(look.body).toContain(`value="${code}"`);
  }
  const payload = new URLSearchParams({ code }).toString();
  const redeem = () => server.inject({ method: 'POST', url: '/signin', headers: form, payload });
  expect((await redeem()).statusCode).toBe(303);
  const again = await redeem();
  expect(again.statusCode).toBe(401);
  expect(again.body).toContain('used already');
});

test('failed sign-ins are limited as bad tokens are, and the page says so', async () => {
  const { server } = await openDoor({ actions });
  const payload = 'token=toc_wrong';
  const tries = [];
  for (let i = 0; i < 6; i++)
    tries.push(await server.inject({ method: 'POST', url: '/signin', headers: form, payload }));
  expect(tries.map(({ statusCode }) => statusCode)).toEqual([401, 401, 401, 401, 401, 429]);
  expect(tries[5]?.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'retry-after': expect.stringMatching(/^\d+$/),
  });
  expect(tries[5]?.body).toContain('Too many tries: wait');
});

test('a form on another site can sign nobody in or out', async () => {
  const { server } = await openDoor({ actions });
  for (const url of ['/signin', '/signout']) {
    const headers = { ...form, origin: 'https://evil.example' };
    expect((await server.inject({ method: 'POST', url, headers, payload: 'token=x' })).statusCode).toBe(403);
  }
});

test('metrics need a token that may read them, unless they are public', async () => {
  const closed = await openDoor({ actions });
  expect((await closed.server.inject({ url: '/metrics' })).statusCode).toBe(401);
  const headers = await closed.bearer('viewer');
  await closed.server.inject({ url: '/v1/whoami', headers });
  const answered = await closed.server.inject({ url: '/metrics', headers });
  expect(answered.headers['content-type']).toMatch(/^text\/plain/);
  expect(answered.body).toContain(
    'tocsin_http_requests_total{method="GET",route="/v1/whoami",status="200"} 1',
  );
  expect(answered.body).toMatch(
    /tocsin_http_request_duration_seconds_count\{method="GET",route="\/v1\/whoami"\} 1/,
  );
  const open = await openDoor({ actions, server: { publicMetrics: true } });
  expect((await open.server.inject({ url: '/metrics' })).statusCode).toBe(200);
});

test('open documents are limited per caller, and health never is', async () => {
  const { server } = await openDoor({ actions, server: { publicRateLimitPerMinute: 2 } });
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await server.inject({ url: '/openapi.json' })).statusCode);
  expect(statuses).toEqual([200, 200, 429]);
  for (let i = 0; i < 5; i++) expect((await server.inject({ url: '/healthz' })).statusCode).toBe(200);
});

test.each<[Record<string, string>, string[]]>([
  [{}, []],
  [{ LOG_REQUESTS: 'true' }, ['/v1/whoami']],
  [{ LOG_REQUESTS: 'true', LOG_HEALTH_REQUESTS: 'true' }, ['/healthz', '/v1/whoami']],
])('with %o requests are logged: %o', async (env, paths) => {
  const { server, bearer, lines } = await openDoor({ actions, env });
  await server.inject({ url: '/healthz' });
  await server.inject({ url: '/v1/whoami', headers: await bearer('viewer') });
  const logged = lines.filter(({ message }) => message.includes('Completed with status 200'));
  expect(logged.map(({ fields }) => fields.path)).toEqual(paths);
  for (const { fields } of logged) expect(fields.duration_ms).toEqual(expect.any(Number));
});
