import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type DoorHarness, openDoor } from '../../../test/door.ts';
import { createTaskToken } from '../../access/index.ts';
import { systemActor } from '../../core/actor.ts';
import { finishRun, makeTaskFolder, noteRun, openRun, startRun, startTask } from '../../runs/index.ts';

type LiveRun = Awaited<ReturnType<typeof begin>>;

/** Begins a run of `dns`, with a folder for its output. */
async function begin({ context }: DoorHarness) {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-logs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const ctx = context(systemActor('test'));
  const request = { profile: 'edge', source: 'cron', scheduledFor: null, onlyTask: null } as const;
  const queued = await openRun(ctx, request);
  const place = { host: 'node1', holder: 'node1:7' };
  const started = queued && (await startRun(ctx, queued, place, [{ name: 'dns', service: null }]));
  if (started?.outcome !== 'started') throw new Error('it did not start');
  await noteRun(ctx, started, { artifacts_dir: folder });
  const files = await makeTaskFolder(folder, 'dns');
  if ('problem' in files) throw new Error(files.problem);
  const [task] = started.tasks;
  if (task) await startTask(ctx, task, files.path);
  const end = () => finishRun(ctx, started, { status: 'succeeded', exit_code: 0, error: null });
  const { run_id: runId } = started.run;
  return { runId, folder, files, end, url: `/v1/runs/${runId}/logs` };
}

async function ask(
  door: DoorHarness,
  { url }: Pick<LiveRun, 'url'>,
  more: { query?: string; accept?: string } = {},
) {
  const headers = { ...(await door.bearer('viewer')), ...(more.accept ? { accept: more.accept } : {}) };
  return door.server.inject({ url: `${url}${more.query ?? ''}`, headers });
}

/** Lets requests and files get on. */
async function giveWay(): Promise<void> {
  for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
}

test('what a run has written so far is text, with a heading for each output', async () => {
  const door = await openDoor();
  const run = await begin(door);
  await writeFile(run.files.stdoutPath, 'one\ntwo');
  await writeFile(run.files.stderrPath, 'no answer\n');
  const answered = await ask(door, run);
  expect(answered.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(answered.body).toBe('==> dns stdout <==\none\ntwo\n==> dns stderr <==\nno answer\n');
  expect((await ask(door, run, { query: '?task=cert' })).body).toBe('');
});

test('who follows gets what is written until the run is over, no character in halves', async () => {
  const door = await openDoor();
  const run = await begin(door);
  const bytes = Buffer.from('größer\n');
  await writeFile(run.files.stdoutPath, bytes.subarray(0, 3));
  const following = ask(door, run, { accept: 'text/event-stream' });
  const step = async () => {
    await giveWay();
    await door.clock.advance(500);
  };
  await step();
  await writeFile(run.files.stdoutPath, bytes);
  await step();
  await run.end();
  let isOver = false;
  void following.then(() => {
    isOver = true;
  });
  while (!isOver) await step();
  const events = (await following).body.split('\n\n').filter((event) => event !== '' && event !== ':');
  const text = events
    .flatMap((event) => /^event: log\ndata: (.*)$/.exec(event)?.[1] ?? [])
    .map((data) => (JSON.parse(data) as { text: string }).text)
    .join('');
  expect(text).toBe('größer\n');
  expect(events.at(-1)).toBe('event: end\ndata: {}');
});

test('a server that stops ends the streams', async () => {
  const stopping = new AbortController();
  const door = await openDoor({ door: { stopping: stopping.signal } });
  const run = await begin(door);
  const waits = vi.spyOn(door.clock, 'wait');
  const following = ask(door, run, { query: '?follow=true' });
  await vi.waitFor(() => expect(waits, 'it has sent what there is').toHaveBeenCalled());
  stopping.abort();
  expect((await following).statusCode).toBe(200);
});

test.each([
  ['nobody', async () => ({}), 401],
  ['who may not read runs', (door: DoorHarness) => tokenOfTask(door), 403],
])('%s is refused', async (_, headers, status) => {
  const door = await openDoor();
  const run = await begin(door);
  expect((await door.server.inject({ url: run.url, headers: await headers(door) })).statusCode).toBe(status);
});

async function tokenOfTask({ context }: DoorHarness) {
  const ctx = context(systemActor('test'));
  const token = await createTaskToken(ctx, {
    runId: 'run_1',
    profile: 'edge',
    expiresAt: ctx.clock.now() + 1000,
  });
  return { authorization: `Bearer ${token}` };
}

test('an unknown run, an output that is elsewhere, and a wrong question are told apart', async () => {
  const door = await openDoor();
  const run = await begin(door);
  expect((await ask(door, { url: '/v1/runs/run_x/logs' })).json()).toMatchObject({
    error: { code: 'NOT_FOUND' },
  });
  for (const query of ['?follow=perhaps', '?task=%00'])
    expect((await ask(door, run, { query })).statusCode).toBe(400);
  expect((await ask(door, { url: '/v1/runs/%00/logs' })).statusCode).toBe(400);
  await rm(run.folder, { recursive: true });
  const gone = (await ask(door, run)).json();
  expect(gone.error.message).toContain('node1 kept it, so ask there');
});
