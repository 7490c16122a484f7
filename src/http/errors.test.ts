import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { InjectOptions } from 'fastify';
import { expect, test } from 'vitest';
import { openDoor } from '../../test/door.ts';
import { echoActions } from '../../test/echo-actions.ts';

const json = { 'content-type': 'application/json' };

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
    const { server, bearer } = await openDoor({ actions: echoActions });
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

test('who goes away amid a body is no failure of the server', async () => {
  const { server, lines } = await openDoor({ actions: echoActions, env: { LOG_REQUESTS: 'true' } });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const caller = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  caller.write('POST /v1/echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{');
  const [request] = await once(server.server, 'request');
  const isOver = new Promise((resolve) => request.once('close', resolve));
  caller.destroy();
  await isOver;
  await new Promise((resolve) => setImmediate(resolve));
  expect(request.errored).toMatchObject({ code: 'ECONNRESET' });
  expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
});
