import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { loadConfig } from './load.ts';
import { watchConfig } from './watch.ts';

/** Answers a folder with runbooks by their names. */
async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'tocsin-runbooks-'));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  await mkdir(join(cwd, 'runbooks'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, 'runbooks', name), text);
  return cwd;
}

const load = (cwd: string) => loadConfig({ cwd, env: {}, isTerminal: false });
const full = '---\nservice: [api]\nkind: [disk]\nlabels: { node: a }\n---\n\n# Disk of the API #\n\nLook.\n';

it('a runbook is its front matter and its text, by the name of its first heading', async () => {
  const cwd = await folderOf({
    'b.md': full,
    'a.md': '---\r\ntitle: Named\r\nkind: [oom]\r\n---\r\n',
    'c.md': '---\nkind: [oom]\n---\ntext',
  });
  expect((await load(cwd)).runbooks).toEqual([
    { file: 'runbooks/a.md', title: 'Named', service: null, kind: ['oom'], labels: {}, body: '' },
    {
      file: 'runbooks/b.md',
      title: 'Disk of the API',
      service: ['api'],
      kind: ['disk'],
      labels: { node: 'a' },
      body: '# Disk of the API #\n\nLook.',
    },
    { file: 'runbooks/c.md', title: 'c.md', service: null, kind: ['oom'], labels: {}, body: 'text' },
  ]);
});

it('files without front matter and other files are left alone', async () => {
  const cwd = await folderOf({ 'README.md': '# About\n\n---\n\nkind: [oom]\n', 'x.txt': '---\nbad\n---\n' });
  expect((await load(cwd)).runbooks).toEqual([]);
});

it.each([
  ['an unknown key', '---\nkinds: [disk]\nkind: [disk]\n---\n', 2, 'did you mean "kind"'],
  ['an unknown kind', '---\ntitle: x\nkind: [dusk]\n---\n', 3, 'the unknown alert kind "dusk"'],
  ['nothing to match', '---\ntitle: x\n---\n', 2, 'at least one of service, kind and labels'],
  ['broken YAML', '---\ntitle: "x\n---\n', 3, 'valid YAML'],
  ['too much text', `---\nkind: [disk]\n---\n${'x'.repeat(70_000)}`, null, 'at most 65536 characters'],
])('%s is refused, with its place', async (_, text, line, words) => {
  const cwd = await folderOf({ 'a.md': text });
  const error = await load(cwd).catch((error: unknown) => error);
  expect(error).toMatchObject({ details: { problems: [{ file: 'runbooks/a.md', line }] } });
  expect(String(error).toLowerCase()).toContain(words.toLowerCase());
});

it('a runbook that comes is taken up without a restart, and one that goes is gone', async () => {
  const cwd = await folderOf({ 'a.md': full });
  const titles: string[][] = [];
  const watch = watchConfig({
    load: () => load(cwd),
    clock: createTestClock(),
    current: await load(cwd),
    onChange: ({ config }) => void titles.push(config.runbooks.map(({ title }) => title)),
    onProblem: ({ problems }) => void titles.push([JSON.stringify(problems)]),
  });
  const look = async () => {
    for (let looks = 0; looks < 3; looks++) await watch.tick();
  };
  await look();
  await writeFile(join(cwd, 'runbooks', 'b.md'), '---\ntitle: New\nkind: [oom]\n---\n');
  await look();
  await rm(join(cwd, 'runbooks', 'a.md'));
  await look();
  expect(titles).toEqual([['Disk of the API', 'New'], ['New']]);
});
