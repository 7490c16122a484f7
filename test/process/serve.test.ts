import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { makeFolder, run, serve } from './command-line.ts';

const onFreePort = 'server: { listen: "127.0.0.1:0" }\n';

test('a server stops at the first signal and says so by 0; the command line works with it and beside it', {
  timeout: 60_000,
}, async () => {
  const folder = await makeFolder(onFreePort);
  const { child, url } = await serve(folder);
  const beside = await run(folder, ['token', 'create', '--role', 'viewer', '--name', 'reader']);
  expect(beside).toMatchObject({ code: 0, stdout: expect.stringMatching(/^toc_[\w-]{43}\n$/), stderr: '' });
  const env = { TOCSIN_URL: url, TOCSIN_TOKEN: beside.stdout.trim() };
  expect(await run(folder, ['alerts', 'list', '--json'], env)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"data": []'),
  });
  const denied = await run(folder, ['token', 'list'], env);
  expect(denied).toMatchObject({ code: 3, stderr: expect.stringContaining('tools.tokens.write') });
  const admin = (await readFile(join(folder, 'data/admin-token'), 'utf8')).trim();
  const listed = await run(folder, ['token', 'list', '--url', url, '--token', admin]);
  expect(listed.stdout).toMatch(/reader/);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a process that only schedules tells its health and when its profiles last succeeded', {
  timeout: 60_000,
}, async () => {
  const somebody = 'channels: { out: { type: log } }\nroutes: [{ name: all, channels: [out] }]\n';
  const folder = await makeFolder(
    `server: { metrics_listen: "127.0.0.1:0", public_metrics: true }\n${somebody}`,
  );
  await mkdir(join(folder, 'automation'));
  await writeFile(
    join(folder, 'automation/jobs.yaml'),
    'profiles: { quick: { cron: "* * * * * *", tasks: [{ name: well, command: ["true"] }] } }\n',
  );
  const { child, url } = await serve(folder, ['--role', 'scheduler']);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({
    components: { scheduler: { status: 'ok' }, supervisor: { reason: 'nobody_supervises' } },
  });
  await vi.waitFor(
    async () =>
      expect(await (await fetch(`${url}/metrics`)).text()).toMatch(
        /\ntocsin_profile_last_success_timestamp_seconds\{profile="quick"\} 1\d{9}/,
      ),
    { timeout: 20_000, interval: 100 },
  );
  expect((await fetch(`${url}/v1/alerts`)).status).toBe(404);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a reload that is asked for while it stops changes nothing of the stop', {
  timeout: 60_000,
}, async () => {
  const { child, url } = await serve(await makeFolder(onFreePort));
  const { hostname, port } = new URL(url);
  // A request under way keeps it from ending before the second signal.
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.write('POST /v1/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n\r\n{');
  await vi.waitFor(async () => expect((await fetch(`${url}/healthz`)).status).toBe(200));
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(503));
  child.kill('SIGHUP');
  socket.end('"token":"x"}');
  expect(await exited).toEqual([0, null]);
});

test.each<[string, string, string[], Record<string, string>, number, RegExp]>([
  [
    'a wrong configuration',
    'server: { lissten: "x" }\n',
    ['serve'],
    {},
    2,
    /tocsin\.yaml:1 {2}server\.lissten/,
  ],
  [
    'a database out of reach',
    onFreePort,
    ['serve'],
    { ALERT_DATABASE_URL: 'postgres://u:hidden@127.0.0.1:1/x' },
    69,
    /cannot open the database/,
  ],
  [
    'a data folder of no use',
    onFreePort,
    ['serve'],
    { TOCSIN_DATA_DIR: '/proc/nope' },
    1,
    /^tocsin: cannot use the data folder \/proc\/nope: .* TOCSIN_DATA_DIR\n$/,
  ],
  ['a server out of reach', '', ['alerts', 'list'], { TOCSIN_URL: 'http://127.0.0.1:1' }, 69, /cannot reach/],
  ['a wrong field', '', ['token', 'create', '--role', 'king', '--name', 'x'], {}, 2, /role/],
  ['a missing option', '', ['token', 'create', '--role', 'viewer'], {}, 2, /--name/],
  ['an unknown command', '', ['alerst'], {}, 2, /Did you mean alerts\?/],
  ['an unknown option', '', ['alerts', 'list', '--limt', '3'], {}, 2, /--limit/],
  ['a thing that is not there', '', ['token', 'revoke', 'nope'], {}, 4, /no token nope/],
])('%s ends with a clear word on standard error', async (_name, yaml, args, env, code, words) => {
  const folder = await makeFolder(yaml);
  const ended = await run(folder, args, env);
  expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(words) });
  expect(ended.stderr).not.toMatch(/hidden| at .*\.ts:/);
});

test('config and migrate say what is, and what would be done', { timeout: 60_000 }, async () => {
  const folder = await makeFolder(onFreePort);
  expect(await run(folder, ['config', 'check'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('components'),
  });
  expect((await run(folder, ['config', 'show'])).stdout).toContain('127.0.0.1:0');
  expect(JSON.parse((await run(folder, ['config', 'schema'])).stdout)).toHaveProperty('tocsin');
  expect((await run(folder, ['migrate', '--status'])).stdout).toMatch(/0001-main-line {2}missing/);
  expect((await run(folder, ['migrate', '--dry-run'])).stdout).toMatch(/-- 0001-main-line\ncreate table/);
  expect(existsSync(join(folder, 'data'))).toBe(false);
  expect((await run(folder, ['migrate'])).stdout).toContain('applied 0001-main-line');
  expect((await run(folder, ['migrate', '--dry-run'])).stdout).toContain('-- the database is up to date');
  expect((await run(folder, ['migrate', '--status'])).stdout).toMatch(/0001-main-line {2}20/);
});

test('the help is there at once and names every command', async () => {
  const folder = await makeFolder('broken: [');
  const help = await run(folder, ['--help']);
  expect(help.code).toBe(0);
  for (const word of ['serve', 'config', 'migrate', 'alerts', 'token']) expect(help.stdout).toContain(word);
});
