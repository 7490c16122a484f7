import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { run } from '../../test/acting.ts';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import { createActor } from '../access/index.ts';
import type { Config, ProfileConfig } from '../config/types.ts';
import {
  deleteStateAction,
  getStateAction,
  importStateAction,
  listStateAction,
  setStateAction,
} from './state-actions.ts';

const edge = { name: 'edge', env: { CACHE_FILENAME: 'edge.txt' }, tasks: [] } as unknown as ProfileConfig;
const task = createActor('job:edge', 'task');
const operator = createActor('olga', 'operator');

async function start(harness: StoreHarness, state: Partial<Config['state']> = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-state-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const config = await loadTestConfig((loaded) => ({
    jobs: { ...loaded.jobs, profiles: [edge] },
    state: { ...loaded.state, dir, ...state },
  }));
  return { worker: await startWorker(harness, { config }), dir };
}

describeEachStore('state over the API', (open) => {
  it('is kept, shown, listed by key page by page, and forgotten', async () => {
    const { worker } = await start(await open());
    const act = (action: unknown, input: object) =>
      run(worker, action, { namespace: '/var/x/edge.txt', ...input }, operator);
    for (const key of ['b', 'a', 'c/1']) await act(setStateAction, { key, value: ` v ${key} ` });
    expect(await act(getStateAction, { key: 'a' })).toMatchObject({
      namespace: 'edge.txt',
      value: 'v a',
      reason: 'found',
      updated_at: expect.stringMatching(/Z$/),
    });
    const first = await act(listStateAction, { limit: 2 });
    expect(first).toMatchObject({ data: [{ key: 'a' }, { key: 'b' }], limit: 2 });
    expect(await act(listStateAction, { limit: 2, cursor: first.next_cursor })).toMatchObject({
      data: [{ key: 'c/1' }],
      next_cursor: null,
    });
    expect(await act(deleteStateAction, { key: 'a' })).toEqual({
      namespace: 'edge.txt',
      key: 'a',
      deleted: true,
    });
    expect(await act(getStateAction, { key: 'a', fresh: 'daily' })).toMatchObject({
      value: '0',
      reason: 'missing',
      updated_at: null,
    });
  });

  it('of its own profile is all that a task reaches', async () => {
    const { worker } = await start(await open());
    await run(worker, setStateAction, { key: 'calls', value: '7', stamp: true }, task);
    expect(await run(worker, getStateAction, { key: 'calls', fresh: 'hourly' }, task)).toMatchObject({
      namespace: 'edge.txt',
      value: '7',
    });
    expect(await run(worker, listStateAction, {}, task)).toMatchObject({
      data: [{ key: 'calls' }, { key: 'calls_ts' }],
    });
    expect(await run(worker, listStateAction, { namespace: 'edge' }, task)).toMatchObject({ data: [] });
    for (const [action, input] of [
      [getStateAction, { key: 'x' }],
      [setStateAction, { key: 'x', value: '1' }],
      [deleteStateAction, { key: 'x' }],
      [listStateAction, {}],
    ] as const)
      await expect(run(worker, action, { ...input, namespace: 'west.txt' }, task)).rejects.toThrow(
        'a task of edge has the state of edge.txt, edge, and not of west.txt',
      );
  });

  it('needs a name where nothing else says which is meant', async () => {
    const { worker } = await start(await open());
    await expect(run(worker, getStateAction, { key: 'x' }, operator)).rejects.toThrow('name a cache file');
    await expect(run(worker, listStateAction, {}, operator)).rejects.toThrow('none is kept yet');
    await run(worker, setStateAction, { key: 'x', value: '1', namespace: 'one.txt' }, operator);
    expect(await run(worker, listStateAction, {}, operator)).toMatchObject({
      data: [{ namespace: 'one.txt' }],
    });
    await run(worker, setStateAction, { key: 'x', value: '1', namespace: 'two.txt' }, operator);
    await expect(run(worker, listStateAction, {}, operator)).rejects.toThrow('there are: one.txt, two.txt');
    const common = await start(await open(), { cacheFile: 'all.txt' });
    expect(await run(common.worker, getStateAction, { key: 'x' }, operator)).toMatchObject({
      namespace: 'all.txt',
    });
  });

  it('is imported from the files that are named, or from those of the profiles', async () => {
    const { worker, dir } = await start(await open());
    writeFileSync(join(dir, 'edge.txt'), 'a:1\n');
    writeFileSync(join(dir, 'loose.txt'), 'b:2\nx\n');
    const named = { files: [join(dir, 'loose.txt'), join(dir, 'gone.txt')] };
    expect(await run(worker, importStateAction, named, operator)).toEqual({
      files: 2,
      missing: 1,
      imported: 1,
      skipped: 0,
      invalid: 1,
    });
    expect(await run(worker, importStateAction, { files: [] }, operator)).toMatchObject({
      files: 1,
      imported: 1,
    });
    await rm(dir, { recursive: true });
    expect(await run(worker, getStateAction, { key: 'b', namespace: 'loose.txt' }, operator)).toMatchObject({
      value: '2',
    });
  });

  it.each([
    [setStateAction, { key: 'a:b', value: '1' }],
    [setStateAction, { key: 'a', value: 'two\nlines' }],
    [setStateAction, { key: 'a', value: '1', namespace: '..' }],
    [getStateAction, { key: '' }],
    [getStateAction, { key: 'a', fresh: 'weekly' }],
  ])('refuses what a text file cannot hold', async (action, input) => {
    const { worker } = await start(await open());
    await expect(run(worker, action, { namespace: 'edge.txt', ...input }, operator)).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
    });
  });

  it('is read by viewers, and written by tasks and operators', async () => {
    const { worker } = await start(await open());
    const write = { key: 'a', value: '1', namespace: 'edge.txt' };
    await expect(run(worker, setStateAction, write, createActor('vic', 'viewer'))).rejects.toThrow(
      'lacks the entitlement tools.state.write',
    );
    await expect(
      run(worker, getStateAction, { key: 'a', namespace: 'edge.txt' }, createActor('vic', 'viewer')),
    ).resolves.toMatchObject({ value: '0' });
  });
});
