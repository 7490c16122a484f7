import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openInMemory } from '../../test/stores.ts';
import { finishRun, noteRun, openLogs, openRun, startRun, startTask } from './index.ts';

const unfollowed = { task: null, follow: false, signal: new AbortController().signal, host: 'a' };

it('a link that a task put in the place of its log leads nowhere', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-logs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'elsewhere'), 'not yours');
  await symlink(join(folder, 'elsewhere'), join(folder, 'stdout.log'));
  await writeFile(join(folder, 'stderr.log'), 'mine\n');
  const { ctx } = await openInMemory();
  const run = await openRun(ctx, { profile: 'edge', source: 'api', scheduledFor: null, onlyTask: null });
  if (!run) return expect.unreachable();
  const started = await startRun(ctx, run, { host: 'a', holder: 'a:1' }, [{ name: 'dns', service: null }]);
  const task = started.outcome === 'started' ? started.tasks[0] : undefined;
  if (started.outcome !== 'started' || !task) return expect.unreachable();
  await noteRun(ctx, started, { artifacts_dir: folder });
  await startTask(ctx, task, folder);
  await finishRun(ctx, started, { status: 'succeeded', exit_code: 0, error: null });
  const wanted = { runId: run.run_id, ...unfollowed };
  const texts: (string | undefined)[] = [];
  for await (const piece of await openLogs(ctx, wanted)) texts.push(piece?.text);
  expect(texts).toEqual(['mine\n']);
});

it.each([
  [
    'a',
    'removed',
    /^the output of run_\w{26} was removed from \/gone: retention.artifacts says .*`tocsin runs show run_/,
  ],
  ['b', 'elsewhere', /^the output of run_\w{26} is not on b: a kept it, so ask there; /],
])(
  'output that is not there is said to be gone, or where it is: asked on %s it is %s',
  async (host, reason, text) => {
    const { ctx } = await openInMemory();
    const run = await openRun(ctx, { profile: 'edge', source: 'api', scheduledFor: null, onlyTask: null });
    if (!run) return expect.unreachable();
    const started = await startRun(ctx, run, { host: 'a', holder: 'a:1' }, []);
    if (started.outcome === 'started') await noteRun(ctx, started, { artifacts_dir: '/gone' });
    await expect(openLogs(ctx, { ...unfollowed, runId: run.run_id, host })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(text),
      details: { reason, host: 'a' },
    });
  },
);
