import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '..');

async function prepare() {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-webhooks-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const text = await readFile(join(root, 'docs/webhooks.md'), 'utf8');
  const block = (head: string) =>
    new RegExp(`^\`\`\`${head}\n([\\s\\S]*?)^\`\`\``, 'm').exec(text)?.[1] ?? '';
  await writeFile(join(folder, 'tocsin.yaml'), block('yaml'));
  await writeFile(join(folder, 'body.json'), block('json'));
  const run = (...words: string[]) =>
    spawnSync(join(root, 'bin/tocsin'), ['webhooks', 'try', ...words], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
    });
  return { folder, run, promised: JSON.parse(block('json alert')) };
}

test('the example makes the alert that the document shows, and writes nothing', {
  timeout: 60_000,
}, async () => {
  const { folder, run, promised } = await prepare();
  const tried = run('billing', 'body.json', '--json');
  expect(tried.stderr).toBe('');
  expect(JSON.parse(tried.stdout)).toMatchObject([{ accepted: true, alert: promised }]);
  expect(tried.status).toBe(0);
  expect(run('billing', 'body.json').stdout).toContain('title: Charge failed for Ada');
  expect(run('biling', 'body.json')).toMatchObject({
    status: 4,
    stderr: expect.stringContaining('configured: billing'),
  });
  await writeFile(join(folder, 'wrong.json'), '{"event":{"level":"weather"}}');
  expect(run('billing', 'wrong.json')).toMatchObject({
    status: 2,
    stdout: expect.stringMatching(/alert 1 of 1 would not be taken\n {2}severity: "weather" is none of/),
  });
  const { stdout } = spawnSync('ls', ['-A', folder], { encoding: 'utf8' });
  expect(stdout.split('\n').filter(Boolean)).toEqual(['body.json', 'tocsin.yaml', 'wrong.json']);
});
