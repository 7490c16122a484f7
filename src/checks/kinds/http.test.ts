import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpCheck, makeHttpCheck as httpCheck } from '../../../test/check-defaults.ts';
import { createTestClock } from '../../../test/clock.ts';
import {
  findClosedPort,
  startHttpTarget,
  startTcpTarget,
  type Target,
} from '../../../test/misbehaving-target.ts';
import { runCheck } from '../run.ts';

describe('an http check', () => {
  let target: Target;
  const clock = createTestClock();

  beforeEach(async () => {
    target = await startHttpTarget();
  });
  afterEach(() => target.close());

  const ask = (path: string, changes?: Partial<HttpCheck>) =>
    runCheck(httpCheck(target.url + path, changes), { clock });

  it.each([
    ['/status/200', {}, { status: 'ok', reason: null, detail: null }],
    ['/status/503', {}, { status: 'down', reason: 'status_mismatch', detail: 'status < 400, was 503' }],
    ['/status/404', { conditions: ['status == 404'] }, { status: 'ok', reason: null, detail: null }],
    [
      '/status/503',
      { conditions: ['latency < 1s'] },
      { status: 'down', reason: 'status_mismatch', detail: 'status < 400, was 503' },
    ],
    [
      '/status/206',
      { degraded: ['status == 200'] },
      { status: 'degraded', reason: 'status_mismatch', detail: 'status == 200, was 206' },
    ],
    [
      '/json',
      { conditions: ['body.items[0].ok == true', 'header.content-type contains json'] },
      { status: 'ok', reason: null, detail: null },
    ],
    [
      '/json',
      { conditions: ['body.items[0].ok == false'] },
      { status: 'down', reason: 'condition_failed', detail: 'body.items[0].ok == false, was true' },
    ],
    [
      '/json',
      { conditions: ['body contains absent'] },
      {
        status: 'down',
        reason: 'condition_failed',
        detail: 'body contains absent, was {"items":[{"ok":true}],"token":[redacted]}',
      },
    ],
    [
      '/html',
      { conditions: ['body.ok == true'] },
      { status: 'down', reason: 'condition_failed', detail: 'body.ok == true, was missing' },
    ],
    [
      '/html',
      { conditions: ['certificate_days > 7'] },
      { status: 'down', reason: 'condition_failed', detail: 'certificate_days > 7, was missing' },
    ],
    ['/reset', {}, { status: 'down', reason: 'connect_reset' }],
    ['/huge', {}, { status: 'ok' }],
    [
      '/huge',
      { conditions: ['body contains y'] },
      { status: 'down', reason: 'body_too_large', detail: 'the body is longer than 1048576 bytes' },
    ],
    ['/hang-body', {}, { status: 'ok' }],
    ['/loop', {}, { status: 'down', reason: 'redirect_invalid' }],
    ['/loop', { followRedirects: false }, { status: 'ok' }],
    ['/to?/status/503', {}, { status: 'down', detail: 'status < 400, was 503' }],
    ['/to?ftp://127.0.0.1/', {}, { status: 'down', reason: 'redirect_invalid' }],
  ] as const)(
    'answers for %s with %o: %o, and leaves no connection behind',
    async (path, changes, outcome) => {
      expect(await ask(path, changes)).toMatchObject(outcome);
      await target.deserted();
    },
  );

  it.each([
    ['before the head', '/hang', {}],
    ['in the body', '/hang-body', { conditions: ['body contains end'] }],
    ['by single bytes', '/drip', { conditions: ['body contains end'] }],
  ] as const)(
    'is down at its timeout when the answer stops %s, and lets go of the connection',
    async (_, path, changes) => {
      const run = ask(path, changes);
      await target.asked(1);
      await clock.advance(5000);
      expect(await run).toEqual({
        status: 'down',
        reason: 'timeout',
        detail: 'no answer within 5s',
        latencyMs: 5000,
      });
      await target.deserted();
    },
  );

  it('is not held up by others that hang', async () => {
    const hung = Array.from({ length: 100 }, () => ask('/hang'));
    await target.asked(100);
    expect(await ask('/ok')).toMatchObject({ status: 'ok' });
    await clock.advance(5000);
    expect(new Set((await Promise.all(hung)).map(({ reason }) => reason))).toEqual(new Set(['timeout']));
    await target.deserted();
  });

  it('sends its method, headers and body over a connection of its own', async () => {
    const changes = { method: 'POST', headers: { 'X-Team': 'core' }, body: 'ping' };
    await ask('/ok', changes);
    await ask('/ok', changes);
    await target.connected(2);
    expect(target.requests).toMatchObject(
      [0, 1].map(() => ({
        method: 'POST',
        body: 'ping',
        headers: { 'x-team': 'core', 'user-agent': 'tocsin', connection: 'close', 'content-length': '4' },
      })),
    );
  });

  it('sends the credentials of its URL as basic authorization, and not to another host', async () => {
    const other = await startHttpTarget();
    const url = target.url.replace('//', '//me:s%20cret@');
    await runCheck(httpCheck(`${url}/to?${other.url}/ok`), { clock });
    expect(target.requests[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('me:s cret').toString('base64')}`,
    );
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
    await other.close();
  });

  it('takes the secrets among its headers to no other host, and the rest along', async () => {
    const other = await startHttpTarget();
    const headers = { 'X-Api-Key': 'v3ry-private', cookie: 'v3ry-private', 'X-Team': 'core' };
    await ask(`/to?${target.url}/ok`, { headers });
    expect(target.requests[1]?.headers).toMatchObject({ 'x-api-key': 'v3ry-private', 'x-team': 'core' });
    await ask(`/to?${other.url}/ok`, { headers });
    expect(other.requests[0]?.headers).toMatchObject({ 'x-team': 'core', 'user-agent': 'tocsin' });
    expect(JSON.stringify(other.requests)).not.toContain('v3ry-private');
    await other.close();
  });

  it('says connect_refused where nobody listens, and dns_failure for a name that is none', async () => {
    const port = await findClosedPort();
    expect(await runCheck(httpCheck(`http://127.0.0.1:${port}/`), { clock })).toMatchObject({
      status: 'down',
      reason: 'connect_refused',
      detail: `connect ECONNREFUSED 127.0.0.1:${port}`,
    });
    expect(await runCheck(httpCheck(`http://localhost:${port}/`), { clock })).toMatchObject({
      reason: 'connect_refused',
    });
    expect(await runCheck(httpCheck('http://nowhere.invalid/'), { clock })).toMatchObject({
      status: 'down',
      reason: 'dns_failure',
    });
  });

  it('says protocol_error where the answer is no HTTP', async () => {
    const babbler = await startTcpTarget((socket) => void socket.end('220 mail.example ESMTP\r\n'));
    expect(await runCheck(httpCheck(babbler.url.replace('tcp', 'http')), { clock })).toMatchObject({
      status: 'down',
      reason: 'protocol_error',
    });
    await babbler.close();
  });

  it('hides what its own secret headers hold where an answer shows it', async () => {
    const echo = await startTcpTarget((socket) => {
      socket.once(
        'data',
        (data) =>
          void socket.end(
            `HTTP/1.1 200 OK\r\nx-echo: ${/x-api-key: (\S+)/i.exec(String(data))?.[1]}\r\n\r\n`,
          ),
      );
    });
    const check = httpCheck(echo.url.replace('tcp', 'http'), {
      headers: { 'X-Api-Key': 'v3ry-private' },
      conditions: ['header.x-echo == x'],
    });
    expect((await runCheck(check, { clock })).detail).toBe('header.x-echo == x, was [redacted]');
    await echo.close();
  });
});

describe('an https check', () => {
  it('refuses a certificate that nobody signed, and closes the connection', async () => {
    const target = await startHttpTarget({ tls: true });
    const outcome = await runCheck(httpCheck(target.url), { clock: createTestClock() });
    expect(outcome).toMatchObject({
      status: 'down',
      reason: 'tls_invalid',
      detail: 'self-signed certificate',
    });
    await target.deserted();
    await target.close();
  });

  it('reads the days left of a certificate that it need not trust', async () => {
    const target = await startHttpTarget({ tls: true });
    const ask = (condition: string, clock = createTestClock()) =>
      runCheck(httpCheck(target.url, { tlsVerify: false, conditions: [condition] }), { clock });
    expect(await ask('certificate_days > 21')).toMatchObject({ status: 'ok' });
    const lastDay = createTestClock(Date.parse('2126-10-28T23:21:01Z') - 86_400_000 * 1.5);
    expect((await ask('certificate_days > 21', lastDay)).detail).toBe('certificate_days > 21, was 1');
    await target.deserted();
    await target.close();
  });

  it('is down at its timeout when the handshake never ends', async () => {
    const mute = await startTcpTarget(() => {});
    const clock = createTestClock();
    const run = runCheck(httpCheck(mute.url.replace('tcp', 'https')), { clock });
    await mute.connected(1);
    await clock.advance(5000);
    expect(await run).toMatchObject({ status: 'down', reason: 'timeout' });
    await mute.deserted();
    await mute.close();
  });
});
