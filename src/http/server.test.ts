import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openDoor } from '../../test/door.ts';
import { createTokenAction, listTokensAction, revokeTokenAction } from '../access/index.ts';
import { type Action, answer, defineAction } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import type { FlowCtx } from '../flows/context.ts';

const echo = defineAction({
  name: 'echo.post',
  summary: 'Say it again',
  input: z.strictObject({ id: z.string(), text: z.string().max(2000), count: z.coerce.number().optional() }),
  output: z.object({ id: z.string(), text: z.string() }),
  entitlement: 'tools.alerts.ingest',
  http: { method: 'POST', path: '/v1/echo/:id' },
  run: async (_ctx: FlowCtx, input) => input,
});

const find = defineAction({
  name: 'echo.find',
  summary: 'Say what was asked',
  input: z.strictObject({
    severity: z.union([z.string(), z.array(z.string())]).optional(),
    limit: z.coerce.number().int().min(1).max(500).default(50),
  }),
  output: z.looseObject({}),
  entitlement: 'tools.alerts.read',
  http: { method: 'GET', path: '/v1/echo' },
  run: async (_ctx: FlowCtx, input) => input,
});

const fail = defineAction({
  name: 'echo.fail',
  summary: 'Fail as told',
  input: z.strictObject({ how: z.enum(['sql', 'lost', 'conflict', 'mixed', 'refused']) }),
  output: z.object({}),
  entitlement: 'tools.alerts.read',
  http: { method: 'POST', path: '/v1/fail' },
  async run(_ctx: FlowCtx, { how }) {
    if (how === 'mixed') return answer(207, [{ accepted: true }, { accepted: false }]);
    if (how === 'refused') return answer(400, { accepted: false }, new AppError('VALIDATION_ERROR', 'no'));
    if (how === 'conflict') throw new AppError('CONFLICT', 'taken', { details: { by: 'x' } });
    const code = how === 'lost' ? 'ECONNREFUSED' : '42P01';
    throw Object.assign(new Error('select secret from "alert" at /srv/x.ts'), { code });
  },
});

const actions = [
  echo,
  find,
  fail,
  createTokenAction,
  listTokensAction,
  revokeTokenAction,
] as unknown as readonly Action<FlowCtx>[];

const json = { 'content-type': 'application/json' };

test('an action is reached by its path, path parameters and body making one input', async () => {
  const { server, bearer } = await openDoor({ actions });
  const answered = await server.inject({
    method: 'POST',
    url: '/v1/echo/a1',
    headers: await bearer('admin'),
    payload: { text: 'hello', count: '2' },
  });
  expect(answered.statusCode).toBe(200);
  expect(answered.json()).toEqual({ id: 'a1', text: 'hello', count: 2 });
});

test('query texts are read by the schema, and a repeated key is a list', async () => {
  const { server, bearer } = await openDoor({ actions });
  const headers = await bearer('viewer');
  const answered = await server.inject({ url: '/v1/echo?severity=P0&severity=P1&limit=7', headers });
  expect(answered.json()).toEqual({ severity: ['P0', 'P1'], limit: 7 });
});

test.each<[string, InjectOptions, number, string, RegExp]>([
  ['an unknown path', { url: '/nope' }, 404, 'NOT_FOUND', /nothing at GET \/nope/],
  ['an unknown path with a broken body', post('/nope', '{'), 404, 'NOT_FOUND', /nothing/],
  ['another method', { method: 'PUT', url: '/v1/echo/a' }, 405, 'METHOD_NOT_ALLOWED', /only POST/],
  [
    'another method with a broken body',
    { ...post('/v1/echo', '{'), method: 'PATCH' },
    405,
    'METHOD_NOT_ALLOWED',
    /only GET/,
  ],
  ['another method on a page', { method: 'DELETE', url: '/healthz' }, 405, 'METHOD_NOT_ALLOWED', /only GET/],
  ['broken JSON', post('/v1/echo/a', '{"text":'), 400, 'VALIDATION_ERROR', /not valid JSON/],
  ['a body that is no object', post('/v1/echo/a', '[1]'), 400, 'VALIDATION_ERROR', /must be a JSON object/],
  ['no body', post('/v1/echo/a', ''), 400, 'VALIDATION_ERROR', /text/],
  ['a wrong field', post('/v1/echo/a', '{"text":1}'), 400, 'VALIDATION_ERROR', /text: /],
  [
    'an unknown field',
    post('/v1/echo/a', '{"text":"x","nope":1}'),
    400,
    'VALIDATION_ERROR',
    /nope: is unknown; known are id, text, count/,
  ],
  [
    'a field twice',
    post('/v1/echo/a', '{"text":"x","id":"b"}'),
    400,
    'VALIDATION_ERROR',
    /id: stands in the path/,
  ],
  [
    'an unknown query key',
    { url: '/v1/echo?nope=1' },
    400,
    'VALIDATION_ERROR',
    /nope: is unknown; known are severity, limit/,
  ],
  [
    'a query where a body belongs',
    post('/v1/echo/a?x=1', '{"text":"x"}'),
    400,
    'VALIDATION_ERROR',
    /x: send it in the body/,
  ],
  ['a limit out of bounds', { url: '/v1/echo?limit=0' }, 400, 'VALIDATION_ERROR', /limit: /],
  [
    'another content type',
    { ...post('/v1/echo/a', '<a/>'), headers: { 'content-type': 'application/xml' } },
    400,
    'VALIDATION_ERROR',
    /send application\/json/,
  ],
  [
    'a broken content type',
    { ...post('/v1/echo/a', '{}'), headers: { 'content-type': ';;' } },
    400,
    'VALIDATION_ERROR',
    /./,
  ],
  [
    'too large a body',
    post('/v1/echo/a', `{"text":"${'x'.repeat(1_100_000)}"}`),
    413,
    'PAYLOAD_TOO_LARGE',
    /larger/,
  ],
  [
    'too large a body after unpacking',
    packed(gzipSync(`{"text":"${'x'.repeat(1_100_000)}"}`), 'gzip'),
    413,
    'PAYLOAD_TOO_LARGE',
    /unpacked/,
  ],
  [
    'a body that is not packed as it says',
    packed(Buffer.from('{}'), 'gzip'),
    400,
    'VALIDATION_ERROR',
    /not valid gzip/,
  ],
  ['an unknown packing', packed(Buffer.from('{}'), 'zstd'), 400, 'VALIDATION_ERROR', /encoding/],
  ['a broken address', { url: '/v1/echo/%E0%A4%A' }, 400, 'VALIDATION_ERROR', /./],
  ['a conflict', post('/v1/fail', '{"how":"conflict"}'), 409, 'CONFLICT', /taken/],
  ['a lost database', post('/v1/fail', '{"how":"lost"}'), 503, 'UNAVAILABLE', /database/],
  [
    'a fault of ours',
    post('/v1/fail', '{"how":"sql"}'),
    500,
    'INTERNAL_SERVER_ERROR',
    /something went wrong/,
  ],
])(
  '%s is answered by the envelope, without telling what is inside',
  async (_name, request, status, code, message) => {
    const { server, bearer } = await openDoor({ actions });
    const headers = { ...(await bearer('admin')), ...request.headers, 'x-request-id': 'req-12345678' };
    const answered = await server.inject({ ...request, headers });
    expect(answered.statusCode).toBe(status);
    expect(answered.headers['x-request-id']).toBe('req-12345678');
    const { error } = answered.json();
    expect(error).toMatchObject({ code, request_id: 'req-12345678' });
    expect(error.message).toMatch(message);
    expect(answered.body).not.toMatch(/select|\.ts|node_modules|stack/);
    if (status === 405) expect(answered.headers.allow).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
  },
);

function post(url: string, payload: string): InjectOptions {
  return { method: 'POST', url, payload, headers: json };
}

function packed(payload: Buffer, encoding: string): InjectOptions {
  return { method: 'POST', url: '/v1/echo/a', payload, headers: { ...json, 'content-encoding': encoding } };
}

test.each<[string, InjectOptions]>([
  ['without a content type', { payload: Buffer.from('{"text":"x"}') }],
  [
    'labelled as a form',
    { payload: '{"text":"x"}', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  ],
  [
    'with a charset',
    { payload: '{"text":"x"}', headers: { 'content-type': 'application/json; charset=utf-8' } },
  ],
  ['as gzip', packed(gzipSync('{"text":"x"}'), 'gzip')],
  ['as deflate', packed(deflateSync('{"text":"x"}'), 'deflate')],
  ['as brotli', packed(brotliCompressSync('{"text":"x"}'), 'br')],
])('JSON is read %s', async (_name, request) => {
  const { server, bearer } = await openDoor({ actions });
  const headers = { ...request.headers, ...(await bearer('admin')) };
  const answered = await server.inject({ ...request, method: 'POST', url: '/v1/echo/a', headers });
  expect(answered.json()).toEqual({ id: 'a', text: 'x' });
});

test('an action may answer with another status, and with an error beside its own fields', async () => {
  const { server, bearer } = await openDoor({ actions });
  const headers = await bearer('admin');
  const ask = (how: string) => server.inject({ method: 'POST', url: '/v1/fail', headers, payload: { how } });
  expect(await ask('mixed')).toMatchObject({
    statusCode: 207,
    body: '[{"accepted":true},{"accepted":false}]',
  });
  const refused = await ask('refused');
  expect(refused.statusCode).toBe(400);
  expect(refused.json()).toMatchObject({
    accepted: false,
    error: { code: 'VALIDATION_ERROR', message: 'no' },
  });
});

test('a fault of ours is logged with its cause and the request id', async () => {
  const { server, bearer, lines } = await openDoor({ actions });
  const headers = { ...(await bearer('admin')), 'x-request-id': 'req-12345678' };
  await server.inject({ method: 'POST', url: '/v1/fail', headers, payload: { how: 'sql' } });
  expect(lines.at(-1)).toMatchObject({ level: 'error', fields: { tag: 'http', requestId: 'req-12345678' } });
});

test.each([
  ['abcdefgh', true],
  ['A.b_c-12', true],
  ['short', false],
  ['x'.repeat(129), false],
  ['has space in', false],
  ['semi;colon1', false],
])('the request id %s is kept: %s', async (given, kept) => {
  const { server } = await openDoor();
  const answered = await server.inject({ url: '/healthz', headers: { 'x-request-id': given } });
  const id = String(answered.headers['x-request-id']);
  if (kept) expect(id).toBe(given);
  else expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/);
});

test('every answer has security headers and none allows another origin', async () => {
  const { server } = await openDoor();
  for (const url of ['/healthz', '/signin', '/nope', '/openapi.json', '/docs']) {
    const { headers } = await server.inject({ url, headers: { origin: 'https://elsewhere.example' } });
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['access-control-allow-origin']).toBeUndefined();
  }
});

test('a revoked token is refused at once', async () => {
  const { server, bearer } = await openDoor({ actions });
  const headers = await bearer('admin');
  const made = await server.inject({
    method: 'POST',
    url: '/v1/tokens',
    headers,
    payload: { role: 'admin', name: 'x' },
  });
  expect(made.statusCode).toBe(201);
  const { token, token_id } = made.json();
  const theirs = { authorization: `Bearer ${token}` };
  expect((await server.inject({ url: '/v1/tokens', headers: theirs })).statusCode).toBe(200);
  await server.inject({ method: 'DELETE', url: `/v1/tokens/${token_id}`, headers });
  expect((await server.inject({ url: '/v1/tokens', headers: theirs })).statusCode).toBe(401);
});

test('whatever is sent, the answer is never a fault of ours', { timeout: 120_000 }, async () => {
  const { server, bearer } = await openDoor({ actions, env: { RATE_LIMIT_MAX: '1000000' } });
  const { authorization } = await bearer('admin');
  const body = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.json().map((text) => text.slice(0, -1)),
    fc.constantFrom(
      '{"__proto__":{"text":"x"}}',
      '{"text":"x","constructor":{"prototype":1}}',
      '\u0000',
      'null',
      '1e999',
    ),
  );
  const headers = fc.record(
    {
      'content-type': fc.oneof(fc.constantFrom('application/json', 'text/plain', ''), fc.string()),
      'content-encoding': fc.constantFrom('gzip', 'br', 'deflate', 'identity', 'x'),
      'x-request-id': fc.string(),
      cookie: fc.string(),
      origin: fc.string(),
      authorization: fc.oneof(fc.constant(authorization), fc.string()),
    },
    { requiredKeys: [] },
  );
  const url = fc.constantFrom(
    '/v1/echo/a',
    '/v1/echo',
    '/v1/tokens',
    '/v1/tokens/x',
    '/signin',
    '/signout',
    '/',
    '/v1/echo?limit=',
  );
  const method = fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'HEAD', 'OPTIONS');
  await fc.assert(
    fc.asyncProperty(method, url, headers, body, async (method, url, headers, payload) => {
      const safe = Object.fromEntries(
        Object.entries(headers).map(([k, v]) => [k, v.replace(/[^\x20-\x7e]/g, '?')]),
      );
      const answered = await server.inject({ method, url, headers: { authorization, ...safe }, payload });
      expect(answered.statusCode, answered.body).toBeLessThan(500);
    }),
    { numRuns: 2000 },
  );
});
