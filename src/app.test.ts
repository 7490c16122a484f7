import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startRedis } from '../test/services/redis.ts';
import { quietLog } from '../test/stores.ts';
import type { AppRole } from './acting.ts';
import { type App, type AppOptions, createApp } from './app.ts';
import { type Config, loadConfig, type Problem } from './config/index.ts';
import { AppError } from './core/errors.ts';

const problem: Problem = {
  file: 'tocsin.yaml',
  line: 3,
  key: 'server.listen',
  found: '"x"',
  expected: 'an address',
  message: '',
};

type Started = { app: App; url: string; options: AppOptions; ask(path: string): Promise<Response> };

async function makeOptions(role: AppRole = 'all'): Promise<AppOptions> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tocsin-app-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const config = await loadConfig({ env: {}, cwd: dataDir, flags: { dataDir, listen: '127.0.0.1:0' } });
  return { config, load: () => Promise.resolve(config), role, version: '1.2.3', log: quietLog };
}

async function start(change: Partial<AppOptions> = {}, role: AppRole = 'all'): Promise<Started> {
  const options = { ...(await makeOptions(role)), ...change };
  const app = createApp(options);
  await app.start();
  onTestFinished(() => app.stop().catch(() => undefined)); // a test may have stopped it
  const url = app.address() ?? '';
  const token = (await readFile(join(options.config.dataDir, 'admin-token'), 'utf8')).trim();
  const headers = { authorization: `Bearer ${token}` };
  return { app, url, options, ask: (path) => fetch(`${url}${path}`, { headers }) };
}

test('a started Tocsin is ready, well, and says how it keeps what it has', async () => {
  const { ask } = await start();
  expect((await ask('/readyz')).status).toBe(200);
  const health = await ask('/health');
  expect(health.status).toBe(200);
  expect(health.headers.get('cache-control')).toBe('no-cache');
  expect(await health.json()).toMatchObject({
    status: 'ok',
    version: '1.2.3',
    durable: true,
    backend: 'sqlite',
    components: {
      database: { status: 'ok' },
      redis: { status: 'unknown', reason: 'not_used' },
      supervisor: { status: 'ok', last_pass_at: expect.any(String) },
      scheduler: { status: 'ok' },
      outbox: { status: 'ok', waiting: 0, dead: 0 },
    },
  });
});

test.each<[AppRole, boolean]>([
  ['api', true],
  ['worker', false],
  ['scheduler', false],
])('the role %s alone plays its parts and no others', async (role, listens) => {
  const { app, ask } = await start({}, role);
  expect(app.address() !== null).toBe(listens);
  if (listens)
    expect(await (await ask('/health')).json()).toMatchObject({
      status: 'degraded',
      components: { supervisor: { status: 'degraded', reason: 'nobody_supervises' } },
    });
});

test.each<AppRole>(['all', 'api', 'worker', 'scheduler'])(
  'the role %s serves its health and its metrics, and nothing else, where it is asked to',
  async (role) => {
    const options = await makeOptions(role);
    const server = { ...options.config.server, metricsListen: { host: '127.0.0.1', port: 0 } };
    const { app } = await start({ ...options, config: { ...options.config, server } });
    const token = (await readFile(join(options.config.dataDir, 'admin-token'), 'utf8')).trim();
    const ask = (path: string, headers = {}) => fetch(`${app.metricsAddress()}${path}`, { headers });
    const status = async (path: string, headers = {}) => (await ask(path, headers)).status;
    expect(await Promise.all(['/healthz', '/readyz', '/health'].map((path) => status(path)))).toEqual([
      200, 200, 200,
    ]);
    expect(await status('/metrics')).toBe(401);
    expect(await status('/metrics', { authorization: `Bearer ${token}x` })).toBe(401);
    const metrics = await ask('/metrics', { authorization: `Bearer ${token}` });
    expect(await metrics.text()).toContain('\ntocsin_http_requests_total{');
    const absent = await ask('/v1/alerts', { authorization: `Bearer ${token}` });
    expect([absent.status, absent.headers.get('x-content-type-options'), await absent.json()]).toMatchObject([
      404,
      'nosniff',
      { error: { code: 'NOT_FOUND', request_id: absent.headers.get('x-request-id') } },
    ]);
    expect((await fetch(`${app.metricsAddress()}/healthz`, { method: 'POST' })).status).toBe(405);
  },
);

test('a process that only answers hears of one that supervises on the same database', async () => {
  const options = await makeOptions('worker');
  const worker = createApp(options);
  await worker.start();
  onTestFinished(() => worker.stop());
  const { ask } = await start({ ...options, role: 'api' });
  const look = async () =>
    expect(await (await ask('/health')).json()).toMatchObject({
      components: { supervisor: { status: 'ok', elsewhere: true } },
    });
  // The worker says so soon after its start, and an answer is kept for a second.
  await vi.waitFor(look, { timeout: 10_000, interval: 200 });
});

test('an address that is taken is a clear error, before a database is made', async () => {
  const first = await start();
  const port = Number(new URL(first.url).port);
  const options = await makeOptions();
  const config: Config = { ...options.config, server: { ...options.config.server, port } };
  const second = createApp({ ...options, config });
  await expect(second.start()).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: `cannot listen on 127.0.0.1:${port}: something else listens there`,
  });
  expect(await readdir(options.config.dataDir)).toEqual([]);
});

test('a request under way at the stop gets its answer; a new one is told that it stops', async () => {
  const { app, url } = await start();
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const received: string[] = [];
  socket.on('data', (chunk) => received.push(String(chunk)));
  const body = '{"token":"x"}';
  socket.write(
    `POST /v1/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 4)}`,
  );
  await vi.waitFor(async () => expect((await fetch(`${url}/healthz`)).status).toBe(200));
  const stopped = app.stop();
  const ready = await fetch(`${url}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: 'stopping', reason: expect.any(String) },
  ]);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const refused = await fetch(`${url}/v1/alerts`, { method: 'POST', body: '{}' });
  expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([
    503,
    '1',
    {
      error: {
        code: 'UNAVAILABLE',
        message: expect.stringContaining('stopping'),
        request_id: expect.any(String),
      },
    },
  ]);
  socket.write(body.slice(4));
  await stopped;
  expect(received.join('')).toMatch(/^HTTP\/1\.1 401 /);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

test('a request that never comes to its end is cut off in time for a clean stop', async () => {
  const options = await makeOptions();
  const config: Config = { ...options.config, server: { ...options.config.server, shutdownTimeoutMs: 300 } };
  const { app, url } = await start({ ...options, config });
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const ended = once(socket, 'close');
  socket.resume();
  socket.write('POST /v1/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n\r\n{');
  await vi.waitFor(async () => expect((await fetch(`${url}/healthz`)).status).toBe(200));
  await app.stop();
  await ended;
});

test('connections that ask nothing do not hold up the stop', async () => {
  const { app, url } = await start();
  const { hostname, port } = new URL(url);
  const silent = connect(Number(port), hostname);
  const kept = connect(Number(port), hostname);
  const ended = Promise.all([once(silent, 'close'), once(kept, 'close')]);
  kept.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(kept, 'data');
  silent.resume();
  kept.resume();
  await app.stop();
  await ended;
});

test('a configuration that is wrong is not put in force, shown, and raised as an alert that heals with it', async () => {
  let next: () => Promise<Config> = () => Promise.reject(new Error('not set yet'));
  const { app, ask, options } = await start({ load: () => next() });
  const alerts = async (state: string) => {
    const answered = await ask(`/v1/alerts?state=${state}&service=tocsin`);
    return ((await answered.json()) as { data: { kind: string; message: string }[] }).data;
  };

  next = () =>
    Promise.reject(new AppError('VALIDATION_ERROR', 'wrong', { details: { problems: [problem] } }));
  expect(await app.reload()).toEqual({ ok: false, problems: [problem] });
  expect(await alerts('firing')).toMatchObject([
    { kind: 'config', message: expect.stringContaining('tocsin.yaml:3') },
  ]);
  const link = new URL(await app.createSignInLink());
  const signedIn = await fetch(new URL('/signin', link), {
    method: 'POST',
    body: new URLSearchParams({ code: link.searchParams.get('code') ?? '' }),
    redirect: 'manual',
  });
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  const board = await fetch(new URL('/', link), { headers: { cookie } });
  expect(await board.text()).toContain('tocsin.yaml:3');

  next = () => Promise.resolve({ ...options.config, notify: { ...options.config.notify, dryRun: true } });
  expect(await app.reload()).toMatchObject({ ok: true, changed: ['notify'] });
  expect(await alerts('firing')).toEqual([]);
  const healed = await (await fetch(new URL('/', link), { headers: { cookie } })).text();
  expect(healed).not.toContain('tocsin.yaml:3');
  expect(healed).toContain('Messages are written down and not sent');
});

test('a dry run is warned of once, at the start or at the reload that turns it on', async () => {
  const warnings: string[] = [];
  const log = { ...quietLog, warn: (_fields: unknown, message: string) => void warnings.push(message) };
  const dry = ({ config }: AppOptions): Config => ({ ...config, notify: { ...config.notify, dryRun: true } });
  const options = await makeOptions();
  await start({ config: dry(options), log });
  expect(warnings).toEqual([expect.stringContaining('none is sent')]);

  const { app } = await start({ ...options, load: async () => dry(options), log });
  expect(warnings).toHaveLength(1);
  await app.reload();
  await app.reload();
  expect(warnings).toHaveLength(2);
});

test('a reload after the stop is refused, and never thrown at who asks', async () => {
  const { app } = await start();
  await app.stop();
  const reload = app.reload();
  await expect(reload).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('bytes that are no request, and headers without end, are answered by the envelope', async () => {
  const { url } = await start();
  const { hostname, port } = new URL(url);
  const say = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write(text));
      let received = '';
      socket.on('data', (chunk) => {
        received += String(chunk);
      });
      socket.on('close', () => resolve(received)).on('error', reject);
    });
  expect(await say('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"VALIDATION_ERROR"/);
  expect(await say(`GET /${'x'.repeat(40_000)} HTTP/1.1\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 413 [\s\S]*"PAYLOAD_TOO_LARGE"/,
  );
});

test('two of them share the counts of callers by Redis, and stay within the limit without it', async () => {
  const redis = await startRedis();
  const startOne = async () => {
    const options = await makeOptions();
    return start({ ...options, config: { ...options.config, redis: { url: redis.url } } });
  };
  const [one, two] = [await startOne(), await startOne()];
  const health = async ({ ask }: Started) => {
    const answered = await ask('/health');
    const { status, components } = (await answered.json()) as {
      status: string;
      components: { redis: object };
    };
    return [answered.status, status, components.redis];
  };
  // An answer is kept for a second.
  const stands = (started: Started, expected: unknown[]) =>
    vi.waitFor(async () => expect(await health(started)).toMatchObject(expected), {
      timeout: 10_000,
      interval: 100,
    });
  for (const started of [one, two]) await stands(started, [200, 'ok', { status: 'ok' }]);
  const guess = ({ url }: Started) =>
    fetch(`${url}/v1/alerts`, { headers: { authorization: 'Bearer toc_wrong' } });
  const guesses = async (by: Started[]) => {
    const codes = [];
    for (const started of by) codes.push((await guess(started)).status);
    return codes;
  };
  expect(await guesses([one, two, one, two, one])).toEqual([401, 401, 401, 401, 401]);
  const refused = await guess(two);
  const reset = Number(refused.headers.get('x-ratelimit-reset')) - Date.now() / 1000;
  expect([
    refused.status,
    refused.headers.get('x-ratelimit-limit'),
    refused.headers.get('x-ratelimit-remaining'),
  ]).toEqual([429, '5', '0']);
  expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
  expect(reset > 0 && reset <= 61).toBe(true);
  await redis.stop();
  await stands(one, [200, 'degraded', { status: 'down', reason: 'unreachable' }]);
  expect(await guesses([one, one, one])).toEqual([401, 401, 429]);
});
