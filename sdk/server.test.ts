import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findFreePort } from '../bench/harness/wait.ts';
import { createApp } from '../src/app.ts';
import { loadConfig } from '../src/config/index.ts';
import { makeTestFolder } from '../test/folders.ts';
import { migratedSchema, writeMigratedFile } from '../test/services/migrated.ts';
import { quietLog } from '../test/stores.ts';
import { createClient, type TocsinError } from './index.js';

const script = join(import.meta.dirname, '../examples/automation/checks/restarted.js');
const yaml = 'channels: { out: { type: log } }\nroutes: [{ name: all, channels: [out] }]\n';
const jobs = `profiles:
  edge:
    cron: "0 3 * * *"
    env: { CACHE_FILENAME: edge.txt }
    tasks: [{ name: restarted, command: ${JSON.stringify([process.execPath, script])} }]
`;

/** A Tocsin with one profile, as its users start it. */
async function startServer(engine: string) {
  const folder = await makeTestFolder();
  await mkdir(join(folder, 'automation'));
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'tocsin.yaml'), yaml);
  await writeFile(join(folder, 'automation/jobs.yaml'), jobs);
  const isSqlite = engine === 'SQLite';
  if (isSqlite) await writeMigratedFile(join(folder, 'data/tocsin.db'), quietLog);
  const env = isSqlite ? {} : { ALERT_DATABASE_URL: await migratedSchema(quietLog) };
  const listen = `127.0.0.1:${await findFreePort()}`;
  const config = await loadConfig({
    env,
    cwd: folder,
    flags: { listen },
  });
  const load = () => Promise.resolve(config);
  const app = createApp({ config, role: 'all', version: '1.2.3', log: quietLog, load });
  await app.start();
  onTestFinished(() => app.stop());
  const token = (await readFile(join(folder, 'data/admin-token'), 'utf8')).trim();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const url = app.address() ?? '';
  return {
    url,
    token,
    async ask(path: string, body?: object): Promise<Record<string, unknown>> {
      const request = body && { method: 'POST', body: JSON.stringify(body) };
      return (await (await fetch(url + path, { headers, ...request })).json()) as never;
    },
  };
}

describe.each(['SQLite', 'PostgreSQL'])('a client of a real server on %s', (engine) => {
  test('reports 10,000 alerts of one moment, and tells of the bad one', async () => {
    const { url, token, ask } = await startServer(engine);
    const problems: TocsinError[] = [];
    const client = createClient({ url, token, onProblem: (error) => problems.push(error) });
    for (let number = 0; number < 10_000; number++)
      client.sendAlert({
        service: number === 5000 ? '' : 'edge',
        title: 'it broke',
        labels: { fingerprint: `${number % 200}` },
      });
    expect((await client.flush()).alerts).toEqual({ queued: 0, sent: 9999, refused: 1, dropped: 0 });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^alerts were refused \(1 of 1000\): service: /),
    ]);
    client.sendAlert({
      service: 'edge',
      title: 'it is back',
      labels: { fingerprint: '7' },
      status: 'resolved',
    });
    expect((await client.close()).alerts).toMatchObject({ sent: 10_000 });
    const { data } = await ask('/v1/alerts?service=edge&state=resolved');
    expect(data).toMatchObject([{ fingerprint: '7', occurrences: 50 }]);
  });

  test('keeps state with namespaces and ages, and records metrics of a run', async () => {
    const { url, token, ask } = await startServer(engine);
    const { run_id } = await ask('/v1/runs', { profile: 'edge' });
    const client = createClient({
      url,
      token,
      runId: String(run_id),
      namespace: '/var/cache/own.txt',
      onProblem() {},
    });
    const { state } = client;
    expect(await state.get('a key/?&é')).toMatchObject({
      namespace: 'own.txt',
      value: '0',
      reason: 'missing',
    });
    expect(await state.set('a key/?&é', ' 7 ', { stamp: true })).toMatchObject({ value: '7' });
    await state.set('plain', 8);
    await state.set('plain', 'other', { namespace: 'other.txt' });
    expect(await state.get('a key/?&é', { fresh: 'hourly' })).toMatchObject({ value: '7', reason: 'found' });
    expect(await state.get('plain', { fresh: 'daily' })).toMatchObject({
      value: '0',
      reason: 'stamp_missing',
    });
    expect(await state.get('plain', { namespace: 'other.txt' })).toMatchObject({ value: 'other' });
    expect((await state.list()).map(({ key }) => key)).toEqual(['a key/?&é', 'a key/?&é_ts', 'plain']);
    expect(await state.delete('plain')).toEqual({ namespace: 'own.txt', key: 'plain', deleted: true });
    await expect(state.set('a:b', '1')).rejects.toMatchObject({ code: 'VALIDATION_ERROR', status: 400 });
    await expect(state.get('a', { fresh: 'weekly' as never })).rejects.toThrow('fresh');
    const stranger = createClient({ url, token: 'toc_wrong' });
    await expect(stranger.state.get('a', { namespace: 'x' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });

    client.recordMetric('tokens_used', 12);
    client.recordMetric('weather', 1);
    client.recordMetric('files_changed', 3);
    expect((await client.close()).metrics).toEqual({ queued: 0, sent: 2, refused: 1, dropped: 0 });
    const { data } = await ask(`/v1/runs/${run_id}/metrics`);
    const names = (data as { metric_name: string }[]).map(({ metric_name }) => metric_name);
    expect(names).toEqual(expect.arrayContaining(['tokens_used', 'files_changed']));
  });
});

describe('a task', () => {
  test('remembers from run to run, and reports', async () => {
    const { ask } = await startServer('SQLite');
    const runTask = async () => {
      const { run_id } = await ask('/v1/runs', { profile: 'edge' });
      for (;;) {
        const run = await ask(`/v1/runs/${run_id}`);
        if (run.finished_at !== null) return (run.tasks as Record<string, unknown>[])[0];
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await ask('/v1/state/started_at', { value: '1000', namespace: 'edge.txt' });
    expect(await runTask()).toMatchObject({
      status: 'succeeded',
      tail: expect.stringMatching(/^restarted at 2/),
    });
    const { data } = await ask('/v1/alerts?service=machine');
    expect(data).toMatchObject([
      { severity: 'P3', title: expect.stringMatching(/ was restarted$/), source: 'job:edge' },
    ]);
    expect(await runTask()).toMatchObject({ tail: 'not restarted since the last run' });
  });
});
