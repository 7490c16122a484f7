import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeRunFolder, makeTaskFolder, writeRunFile } from './index.ts';

const startedAt = Date.parse('2026-03-01T12:00:00.250Z');
const run = {
  run_id: 'run_1',
  status: 'running' as const,
  started_at: startedAt,
  finished_at: null,
  exit_code: null,
  trigger_payload: null,
};

async function makeRoot(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-artifacts-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'artifacts');
}

async function make(
  root: string,
  changes: Partial<typeof run> | { trigger_payload: string } = {},
): Promise<string> {
  const made = await makeRunFolder(root, { ...run, ...changes }, startedAt);
  if ('problem' in made) throw new Error(made.problem);
  return made.path;
}

const readJson = async (path: string) => JSON.parse(await readFile(path, 'utf8'));
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

it('a folder is named after the second of its start, and no two runs get the same', async () => {
  const root = await makeRoot();
  const paths = await Promise.all([
    make(root),
    make(root),
    make(root),
    make(root, { started_at: startedAt + 1000 }),
  ]);
  expect(new Set(paths).size).toBe(4);
  expect((await readdir(root)).toSorted()).toEqual([
    '20260301T120000Z',
    '20260301T120000Z-2',
    '20260301T120000Z-3',
    '20260301T120001Z',
  ]);
});

it('run.json says how the run stands, from its start to its end', async () => {
  const path = await make(await makeRoot());
  const begun = {
    run_id: 'run_1',
    status: 'running',
    timestamp: '2026-03-01T12:00:00.250Z',
    payload_path: join(path, 'payload.json'),
    artifacts_dir: path,
    started_at: '2026-03-01T12:00:00.250Z',
    finished_at: null,
    exit_code: null,
  };
  expect(await readJson(join(path, 'run.json'))).toEqual(begun);
  const finished_at = startedAt + 2000;
  const ended = { ...run, status: 'failed' as const, finished_at, exit_code: 3 };
  expect(await writeRunFile(path, ended, finished_at)).toBe(null);
  expect(await readJson(join(path, 'run.json'))).toEqual({
    ...begun,
    status: 'failed',
    timestamp: '2026-03-01T12:00:02.250Z',
    finished_at: '2026-03-01T12:00:02.250Z',
    exit_code: 3,
  });
  expect((await readdir(path)).toSorted()).toEqual(['payload.json', 'run.json']);
});

it('payload.json is what started the run, and empty where nothing did', async () => {
  const root = await makeRoot();
  expect(await readJson(join(await make(root), 'payload.json'))).toEqual({});
  const path = await make(root, { trigger_payload: '{"a":[1]}' });
  expect(await readJson(join(path, 'payload.json'))).toEqual({ a: [1] });
});

it('only we may read what a run leaves', async () => {
  const root = await makeRoot();
  const path = await make(root);
  const task = await makeTaskFolder(path, 'dns');
  expect(task).toEqual({
    path: join(path, 'dns'),
    stdoutPath: join(path, 'dns', 'stdout.log'),
    stderrPath: join(path, 'dns', 'stderr.log'),
  });
  expect(await Promise.all([root, path, join(path, 'dns')].map(modeOf))).toEqual(['700', '700', '700']);
  expect(await modeOf(join(path, 'run.json'))).toBe('600');
  expect(await modeOf(join(path, 'payload.json'))).toBe('600');
});

it('a task that is called like a file of the run has a folder as well', async () => {
  const path = await make(await makeRoot());
  expect(await makeTaskFolder(path, 'run.json')).toMatchObject({ path: join(path, 'run.json-2') });
});

it('the only task of a run writes into the folder of the run', async () => {
  const path = await make(await makeRoot());
  expect(await makeTaskFolder(path, null)).toMatchObject({ path, stdoutPath: join(path, 'stdout.log') });
});

it('what the disk refuses is answered with its errno, and nothing throws', async () => {
  const root = await makeRoot();
  await writeFile(root, 'a file');
  expect(await makeRunFolder(join(root, 'x'), run, startedAt)).toEqual({
    problem: expect.stringMatching(/^ENOTDIR: /),
  });
  expect(await makeTaskFolder(root, 'dns')).toEqual({ problem: expect.stringMatching(/^ENOTDIR: /) });
  expect(await writeRunFile(root, run, startedAt)).toMatch(/^ENOTDIR: /);
});

it('a full disk does not keep a run from saying how it ended', async () => {
  const path = await make(await makeRoot());
  await symlink('/dev/full', join(path, '.run.json.new'));
  const end = { ...run, status: 'failed' as const, finished_at: startedAt + 1000, exit_code: 1 };
  expect(await writeRunFile(path, end, startedAt + 1000)).toBeNull();
  expect(await readJson(join(path, 'run.json'))).toMatchObject({ status: 'failed', exit_code: 1 });
  expect((await readdir(path)).toSorted()).toEqual(['payload.json', 'run.json']);
});

it('a folder that cannot be filled is not left behind', async () => {
  // So long that the folder of a run can just be made, and no file in it.
  const root = (await makeRoot()).padEnd(4070, `/${'x'.repeat(99)}`);
  await mkdir(root, { recursive: true });
  const made = await makeRunFolder(root, run, startedAt);
  expect(made).toMatchObject({ problem: expect.stringMatching(/^ENAMETOOLONG/) });
  expect(await readdir(root)).toEqual([]);
});
