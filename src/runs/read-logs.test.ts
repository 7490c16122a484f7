import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openInMemory } from '../../test/stores.ts';
import { finishRun, noteRun, openLogs, openRun, startRun, startTask } from './index.ts';

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
  const wanted = { runId: run.run_id, task: null, follow: false, signal: new AbortController().signal };
  const texts: (string | undefined)[] = [];
  for await (const piece of await openLogs(ctx, wanted)) texts.push(piece?.text);
  expect(texts).toEqual(['mine\n']);
});
