import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCheck } from '../src/checks/index.ts';
import { type Env, loadConfig } from '../src/config/index.ts';
import { createSystemClock } from '../src/core/clock.ts';

const folder = join(import.meta.dirname, '..', 'examples');
const loadExample = (env: Env = {}) =>
  loadConfig({ configPath: join(folder, 'tocsin.yaml'), env, cwd: import.meta.dirname });

/** Starts what looks to the example's checks like a Tocsin that is well. */
async function startWell(): Promise<string> {
  const server = createServer((request, response) => {
    const isPage = request.url === '/signin';
    response.writeHead(200, { 'content-type': isPage ? 'text/html; charset=utf-8' : 'application/json' });
    response.end(isPage ? '<html></html>' : '{"status":"ok"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return String((server.address() as AddressInfo).port);
}

/** Runs the script of the example's only task beside a Tocsin that remembers so much free space. */
async function runGrowth(remembered: { value: string; reason: string } | null) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.writeHead(remembered ? 200 : 503).end(JSON.stringify(remembered));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const { jobs } = await loadExample();
  const [program = '', script = ''] = jobs.profiles[0]?.tasks[0]?.argv ?? [];
  const env = { TOCSIN_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, TOCSIN_TOKEN: 't' };
  const args = [script, '--path=/', '--max-percent=5'];
  const { stdout, stderr, exitCode } = await execa(program, args, { cwd: jobs.repoDir, env, reject: false });
  return { stdout, stderr, exitCode, asked };
}

describe('the jobs of the example', () => {
  it('run twice a minute, and somebody hears of their failures', async () => {
    const { jobs } = await loadExample();
    expect(jobs).toMatchObject({ repoDir: folder, profiles: [{ name: 'machine', cron: '* * * * * */30' }] });
    expect(jobs.profiles[0]?.tasks.map(({ name }) => name)).toEqual(['disk-growth', 'restarted']);
    expect(jobs.profiles[0]?.tasks[0]?.argv.slice(1)).toEqual([
      'automation/checks/disk-growth.js',
      '--path=/',
      '--max-percent=5',
    ]);
  });

  it.each([
    [{ value: '0', reason: 'missing' }, 0, /^\d+ MiB free; the next run will compare with that$/],
    [{ value: '1', reason: 'found' }, 0, /^\d+ MiB free, \d+ MiB more than at the last run$/],
    [{ value: '999999999999', reason: 'found' }, 1, /^\d+ MiB free, \d+ MiB less than at the last run$/],
    [null, 0, /^\d+ MiB free; nobody remembers how much it was$/],
  ])('compare the disk with what Tocsin remembers: %j', async (remembered, exitCode, says) => {
    const run = await runGrowth(remembered);
    expect(run).toMatchObject({ stdout: expect.stringMatching(says), stderr: '', exitCode });
    expect(run.asked).toEqual([
      'GET /v1/state/free_mib?fresh=daily Bearer t',
      'POST /v1/state/free_mib Bearer t',
    ]);
  });
});

describe('the example', () => {
  it('is a valid configuration that watches the port Tocsin listens on', async () => {
    const { components } = await loadExample({ MONITORING_API_PORT: '9123' });
    const targets = components.flatMap(({ checks }) =>
      checks.map((check) =>
        check.kind === 'command'
          ? check.argv[1]
          : check.kind === 'http'
            ? check.url
            : 'port' in check && check.port,
      ),
    );
    expect(targets).toEqual([
      'http://127.0.0.1:9123/healthz',
      'http://127.0.0.1:9123/signin',
      9123,
      'checks/disk.sh',
      'checks/memory.sh',
    ]);
  });

  it('is ok on a healthy machine', async () => {
    const { components } = await loadExample({ MONITORING_API_PORT: await startWell() });
    const clock = createSystemClock();
    for (const check of components.flatMap(({ checks }) => checks))
      expect(await runCheck(check, { clock }), check.name).toMatchObject({ status: 'ok', detail: null });
  });

  it.each([
    ['disk', ['/', '0', '101'], 'degraded'],
    ['disk', ['/', '0', '0'], 'down'],
    ['disk', ['/no/such/folder', '95', '99'], 'down'],
    ['memory', ['0', '101'], 'degraded'],
    ['memory', ['0', '0'], 'down'],
  ] as const)('measures the machine: %s %j is %s', async (name, thresholds, status) => {
    const { components } = await loadExample();
    const check = components.flatMap(({ checks }) => checks).find((check) => check.name === name);
    if (check?.kind !== 'command') throw new Error(`no command check ${name}`);
    const argv = [...check.argv.slice(0, 2), ...thresholds];
    const outcome = await runCheck({ ...check, argv }, { clock: createSystemClock() });
    expect(outcome).toMatchObject({ status, reason: 'exit_code' });
  });
});
