import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { createTestClock } from '../test/clock.ts';
import type { Log } from './core/log.ts';
import { createSystemd } from './systemd.ts';

let folder: string;
const said: string[] = [];
const say: Log['error'] = (_, message) => void said.push(message);
const log: Log = { debug: say, info: say, warn: say, error: say };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-systemd-'));
  // Other files run in this process too, with the PATH that it had.
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);
  said.length = 0;
});

const heard = () =>
  existsSync(`${folder}/heard`) ? readFileSync(`${folder}/heard`, 'utf8').split('\n') : [];

function install(script: string): void {
  writeFileSync(join(folder, 'systemd-notify'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'systemd-notify'), 0o755);
}

it('tells systemd that it is ready, that it still turns, and that it stops', async () => {
  install(`echo "$NOTIFY_SOCKET $*" >> ${folder}/heard`);
  const clock = createTestClock();
  const systemd = createSystemd({ NOTIFY_SOCKET: '/run/n', WATCHDOG_USEC: '60000000' }, { clock, log });
  await systemd.ready();
  await vi.waitUntil(async () => {
    await clock.advance(20_000);
    return heard().length > 3;
  });
  await systemd.stopping();
  expect(heard().join()).toMatch(/^\/run\/n READY=1(,\/run\/n WATCHDOG=1){2,},\/run\/n STOPPING=1,$/);
  expect(said).toEqual([]);
});

it.each([{}, { WATCHDOG_USEC: '1000' }])('tells nobody where there is no systemd: %o', async (variables) => {
  install(`echo called > ${folder}/heard`);
  const systemd = createSystemd(variables, { clock: createTestClock(), log });
  await systemd.ready();
  await systemd.stopping();
  expect(heard()).toEqual([]);
});

it('goes on where systemd cannot be told, and says so once', async () => {
  install('echo nobody is there >&2; exit 1');
  const systemd = createSystemd({ NOTIFY_SOCKET: '/run/n' }, { clock: createTestClock(), log });
  await systemd.ready();
  await systemd.stopping();
  expect(said).toEqual([expect.stringContaining('systemd could not be told READY=1')]);
});
