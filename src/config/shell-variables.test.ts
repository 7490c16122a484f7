import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { listShellVariables } from './shell-variables.ts';

test('variables of Tocsin that only the shell has are found, by name and by what they begin with', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'tocsin-shell-'));
  onTestFinished(() => rm(cwd, { recursive: true }));
  await writeFile(join(cwd, '.env'), 'LOG_LEVEL=info\nREPO_DIR=/elsewhere\n');
  const env = { PATH: '/bin', REPO_DIR: '/srv/repo', LOG_REQUESTS: '', TELEGRAM_CHAT_ID_OPS: '1' };
  expect(await listShellVariables(env, cwd)).toEqual(['REPO_DIR', 'TELEGRAM_CHAT_ID_OPS']);
});
