import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { InjectOptions } from 'fastify';
import { expect, test } from 'vitest';
import { openDoor } from '../../test/door.ts';
import { echoActions } from '../../test/echo-actions.ts';

const json = { 'content-type': 'application/json' };

test('an action is reached by its path, path parameters and body making one input', async () => {
  const { server, bearer } = await openDoor({ actions: echoActions });
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
  const { server, bearer } = await openDoor({ actions: echoActions });
  const headers = await bearer('viewer');
  const answered = await server.inject({ url: '/v1/echo?severity=P0&severity=P1&limit=7', headers });
  expect(answered.json()).toEqual({ severity: ['P0', 'P1'], limit: 7 });
});

function _post(url: string, payload: string): InjectOptions {
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
  const { server, bearer } = await openDoor({ actions: echoActions });
  const headers = { ...request.headers, ...(await bearer('admin')) };
  const answered = await server.inject({ ...request, method: 'POST', url: '/v1/echo/a', headers });
  expect(answered.json()).toEqual({ id: 'a', text: 'x' });
});

test('an action may answer with another status, and with an error beside its own fields', async () => {
  const { server, bearer } = await openDoor({ actions: echoActions });
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
  const { server, bearer, lines } = await openDoor({ actions: echoActions });
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
  const { server, bearer } = await openDoor({ actions: echoActions });
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
