import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
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

describe('the example', () => {
  it('is a valid configuration that watches the port Tocsin listens on', async () => {
    const { components } = await loadExample({ MONITORING_API_PORT: '9123' });
    const targets = components.flatMap(({ checks }) =>
      checks.map((check) =>
        check.kind === 'http' ? check.url : check.kind === 'tcp' ? check.port : check.argv[1],
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
