import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { makeTestFolder } from '../../test/folders.ts';
import { runConfigCommand } from './config.ts';
import { manifest } from './manifest.ts';
import { runActionCommand } from './run-action.ts';

/** Answers a configuration whose jobs.yaml is wrong. */
async function breakJobs(): Promise<{ config: string }> {
  const folder = await makeTestFolder();
  await mkdir(join(folder, 'automation'));
  await writeFile(join(folder, 'automation', 'jobs.yaml'), 'profiles: { a: { cron: never } }\n');
  await writeFile(join(folder, 'tocsin.yaml'), '');
  // Commands read the environment of their process, as on a terminal; it is put back.
  vi.stubEnv('TOCSIN_DATA_DIR', join(folder, 'data'));
  onTestFinished(() => void vi.unstubAllEnvs());
  return { config: join(folder, 'tocsin.yaml') };
}

async function run(words: string, options: { config: string }): Promise<string> {
  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  onTestFinished(() => printed.mockRestore());
  printed.mockClear();
  const command = manifest.find(({ command }) => command === words);
  if (!command) throw new Error(`there is no command ${words}`);
  await runActionCommand(command, [], options);
  return printed.mock.calls.map(([text]) => text).join('');
}

test('a jobs.yaml that is wrong stops no command that needs no profiles', async () => {
  const options = await breakJobs();
  expect(await run('alerts list', options)).toBe('nothing\n');
  expect(await run('incidents list', options)).toBe('nothing\n');
});

test.each(['list', 'state list'])('a jobs.yaml that is wrong stops `%s`, which needs it', async (words) => {
  await expect(run(words, await breakJobs())).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
});

test('a jobs.yaml that is wrong is shown by `config check`', async () => {
  await expect(runConfigCommand('check', await breakJobs())).rejects.toMatchObject({
    code: 'VALIDATION_ERROR',
    details: { problems: [expect.objectContaining({ key: expect.stringContaining('cron') })] },
  });
});

test('whoever asks in a folder without a database is told that the answer is about an empty one, once', async () => {
  const options = await breakJobs();
  const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => warned.mockRestore());
  expect(await run('incidents open', options)).toBe('nothing\n');
  expect(warned.mock.calls).toEqual([[expect.stringMatching(/there was no database at .*tocsin\.db/)]]);
  expect(await run('incidents open', options)).toBe('nothing\n');
  expect(warned.mock.calls).toHaveLength(1);
});
