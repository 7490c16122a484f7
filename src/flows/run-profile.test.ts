import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, test } from 'vitest';
import { ann } from '../../test/acting.ts';
import {
  createMachine,
  failing,
  hanging,
  type Machine,
  makeDataDir,
  makeProfile,
  makeTask,
  runDeps,
} from '../../test/jobs.ts';
import { jobsOf } from '../../test/profiles.ts';
import { describeEachStore, openInMemory, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import { createAuthenticator } from '../access/index.ts';
import type { ProfileConfig } from '../config/types.ts';
import { isEntitled } from '../core/actor.ts';
import type { TaskSpec } from '../jobs/index.ts';
import { cancelRun } from '../runs/index.ts';
import { runProfile } from './run-profile.ts';
import type { ProfileRequest } from './run-types.ts';

const asked = { profile: 'edge', source: 'manual', scheduledFor: null, onlyTask: null } as const;

/** A worker with the profile in its configuration, and a machine to run it on. */
async function open(harness: StoreHarness, profile: ProfileConfig, machine: Machine = createMachine()) {
  const dataDir = await makeDataDir();
  const config = await loadTestConfig(() => ({ jobs: jobsOf([profile]), dataDir }));
  const worker = await startWorker(harness, { config });
  const run = (request: Partial<ProfileRequest> = {}) =>
    runProfile(runDeps(worker, machine), { ...asked, ...request });
  const names = () => machine.started.map(({ argv }) => argv[0]);
  const tasks = async () =>
    (
      await worker.ctx.db.selectFrom('run').selectAll().where('kind', '=', 'task').orderBy('run_id').execute()
    ).map(({ task, status, error }) => [task, status, ...(error === null ? [] : [error])].join(' '));
  const alerts = async () =>
    (await worker.ctx.db.selectFrom('alert').selectAll().orderBy('alert_ref').execute()).map(
      (alert) => `${alert.fingerprint} ${alert.ended_at === null ? 'firing' : 'over'} ${alert.occurrences}`,
    );
  return { worker, dataDir, machine, run, names, tasks, alerts };
}

describeEachStore('a profile', (openStores) => {
  it('runs its tasks in order, and a failure stops none', async () => {
    const profile = makeProfile(['dns', 'cert', makeTask('off', { enabled: false }), 'disk']);
    const { run, names, tasks, worker } = await open(
      await openStores(),
      profile,
      createMachine({ cert: failing() }),
    );
    const result = await run();
    expect(result).toMatchObject({ outcome: 'ended', run: { status: 'failed', error: 'failed: cert' } });
    expect(names()).toEqual(['dns', 'cert', 'disk']);
    expect(await tasks()).toEqual(['dns succeeded', 'cert failed', 'disk succeeded']);
    expect(await worker.ctx.db.selectFrom('profile_lock').selectAll().execute()).toEqual([]);
    expect(await worker.ctx.db.selectFrom('token').selectAll().execute()).toEqual([]);
  });

  it('runs as many tasks at once as it says', async () => {
    const machine = createMachine({ a: hanging, b: hanging, c: hanging });
    const { run, names } = await open(
      await openStores(),
      makeProfile(['a', 'b', 'c'], { concurrency: 2 }),
      machine,
    );
    const stopping = new AbortController();
    const running = run({ signal: stopping.signal });
    await machine.hasStarted(2);
    stopping.abort('ann');
    expect(await running).toMatchObject({ run: { status: 'cancelled', error: 'cancelled by ann' } });
    expect(names().sort()).toEqual(['a', 'b']);
  });

  it('is one alert while a task fails, however often, and none once it is well', async () => {
    const { run, machine, alerts } = await open(
      await openStores(),
      makeProfile(['dns']),
      createMachine({ dns: failing() }),
    );
    for (let tick = 1; tick <= 20; tick++) await run({ scheduledFor: tick * 60_000, source: 'cron' });
    expect(await alerts()).toEqual(['job:edge:dns firing 20']);
    delete machine.programs.dns;
    await run();
    expect(await alerts()).toEqual(['job:edge:dns over 20']);
  });

  it('runs a tick once, and says of a second run who is at it', async () => {
    const machine = createMachine({ dns: hanging });
    const { run, worker } = await open(await openStores(), makeProfile(['dns']), machine);
    const stopping = new AbortController();
    const first = run({ scheduledFor: 60_000, signal: stopping.signal });
    await machine.hasStarted(1);
    expect(await run({ scheduledFor: 60_000 })).toEqual({ outcome: 'taken' });
    expect(await run()).toMatchObject({ outcome: 'locked', lock: { holder: 'node1:7' } });
    stopping.abort('the end');
    await first;
    const runs = await worker.ctx.db
      .selectFrom('run')
      .select('status')
      .where('kind', '=', 'profile')
      .execute();
    expect(runs.map(({ status }) => status).sort()).toEqual(['cancelled', 'skipped_locked']);
  });

  it('ends, with what runs, when its time is over or somebody asks; what had not begun is not told of', async () => {
    const harness = await openStores();
    const machine = createMachine({ slow: hanging });
    const { run, worker, tasks, alerts } = await open(
      harness,
      makeProfile(['slow', 'late'], { timeoutMs: 60_000 }),
      machine,
    );
    const first = run();
    await machine.hasStarted(1);
    await harness.clock.advance(60_000);
    expect(await first).toMatchObject({ run: { status: 'timed_out' } });
    expect(await tasks()).toEqual([
      'slow timed_out the time of its profile was over',
      'late cancelled the time of the profile was over',
    ]);
    expect(await alerts()).toEqual(['job:edge:slow firing 1']);

    const second = run();
    await machine.hasStarted(2);
    const running = await worker.ctx.db
      .selectFrom('run')
      .select('run_id')
      .where('status', '=', 'running')
      .execute();
    await cancelRun.run({ ...worker.ctx, actor: ann }, { run_id: running[0]?.run_id ?? '' });
    await harness.clock.advance(2000);
    expect(await second).toMatchObject({ run: { status: 'cancelled', error: 'cancelled by ann' } });
    // Being stopped is neither well nor unwell.
    expect(await alerts()).toEqual(['job:edge:slow firing 1']);
  });

  it('that another process took for dead stops, and says nothing', async () => {
    const harness = await openStores();
    const machine = createMachine({ dns: hanging });
    const { run, worker, alerts } = await open(harness, makeProfile(['dns']), machine);
    const running = run();
    await machine.hasStarted(1);
    await worker.ctx.db.updateTable('profile_lock').set({ token: 'other' }).execute();
    await harness.clock.advance(2000);
    expect(await running).toMatchObject({ outcome: 'lost' });
    expect(await alerts()).toEqual([]);
  });
});

test('a task gets the environment of the process, the profile and the task, and a token that only reports', async () => {
  const seen: TaskSpec[] = [];
  const task = makeTask('dns', { env: { B: 'task', D: 'task' }, argv: ['dns', '--warn=21'], retries: 2 });
  const harness = await openInMemory();
  const machine = createMachine({
    async dns(spec) {
      seen.push(spec);
      const token = spec.env.TOCSIN_TOKEN ?? '';
      const actor = await createAuthenticator().findActor(worker.ctx, token, 'api');
      expect(actor).toMatchObject({ name: 'job:edge', role: 'task' });
      expect(
        actor && ['tools.alerts.ingest', 'tools.metrics.record'].every((name) => isEntitled(actor, name)),
      ).toBe(true);
      expect(actor && ['tools.alerts.read', 'tools.jobs.run'].some((name) => isEntitled(actor, name))).toBe(
        false,
      );
      expect(spec.redact(`said ${token} and hunter22`)).toBe('said [redacted] and [redacted]');
      return {};
    },
  });
  const profile = makeProfile([task], { env: { A: 'profile', B: 'profile', DB_PASSWORD: 'hunter22' } });
  const { run, worker, dataDir } = await open(harness, profile, machine);
  const result = await run();
  const { TOCSIN_TOKEN: token = '', ...env } = seen[0]?.env ?? {};
  expect(seen[0]).toMatchObject({
    argv: ['dns', '--warn=21'],
    cwd: '/checkout',
    retries: 2,
    timeoutMs: 300_000,
  });
  expect(env).toEqual({
    PATH: '/bin',
    HOME: '/root',
    METRICS_API_URL: 'http://127.0.0.1:8923',
    A: 'profile',
    B: 'task',
    D: 'task',
    DB_PASSWORD: 'hunter22',
    TOCSIN_RUN_ID: result.outcome === 'ended' ? result.run.run_id : '',
    TOCSIN_TASK: 'dns',
    TOCSIN_ARTIFACTS_DIR: join(dataDir, 'artifacts', '20260301T120000Z'),
    TOCSIN_PAYLOAD_PATH: expect.stringMatching(/payload.json$/),
    TOCSIN_URL: 'http://127.0.0.1:8923',
  });
  expect(await createAuthenticator().findActor(worker.ctx, token, 'api')).toBeNull();
});

test.each([
  ['a profile', { profile: 'egde' }, 'there is no profile "egde"; there are: edge'],
  ['a task', { onlyTask: 'dsn' }, 'there is no task of edge "dsn"; there are: dns, off'],
])('%s of another name is refused with those there are', async (_, request, message) => {
  const { run } = await open(await openInMemory(), makeProfile(['dns', makeTask('off', { enabled: false })]));
  await expect(run(request)).rejects.toMatchObject({ code: 'NOT_FOUND', message });
});

test('one task alone runs where it is asked for, and nothing of a profile that is disabled', async () => {
  const profile = makeProfile(['dns', makeTask('off', { enabled: false })]);
  const { run, names } = await open(await openInMemory(), profile);
  expect(await run({ onlyTask: 'off' })).toMatchObject({ run: { task: 'off', status: 'succeeded' } });
  expect(names()).toEqual(['off']);
  const disabled = await open(await openInMemory(), { ...profile, enabled: false });
  expect(await disabled.run()).toEqual({ outcome: 'disabled' });
  expect(disabled.names()).toEqual([]);
});

test('a run leaves a folder, with one for each of several tasks, and says there how it ended', async () => {
  const machine = createMachine({ dns: failing() });
  const { run, dataDir, worker } = await open(await openInMemory(), makeProfile(['dns', 'cert']), machine);
  await run();
  const folder = join(dataDir, 'artifacts', '20260301T120000Z');
  expect((await readdir(folder)).toSorted()).toEqual(['cert', 'dns', 'payload.json', 'run.json']);
  expect(JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'))).toMatchObject({
    status: 'failed',
    exit_code: 1,
    finished_at: '2026-03-01T12:00:00.000Z',
  });
  expect(machine.started[0]?.logs).toMatchObject({ stdoutPath: join(folder, 'dns', 'stdout.log') });
  const rows = await worker.ctx.db.selectFrom('run').select('artifacts_dir').orderBy('run_id').execute();
  expect(rows.map((row) => row.artifacts_dir)).toEqual([folder, join(folder, 'dns'), join(folder, 'cert')]);
});

test('a disk that refuses the folder stops no task: the run says why, and an alert is raised', async () => {
  const { run, dataDir, names, alerts } = await open(await openInMemory(), makeProfile(['dns']));
  await writeFile(join(dataDir, 'artifacts'), 'a file');
  expect(await run()).toMatchObject({
    run: {
      status: 'succeeded',
      artifacts_dir: null,
      error: expect.stringMatching(/^artifacts: (ENOTDIR|EEXIST)/),
    },
  });
  expect(names()).toEqual(['dns']);
  expect(await alerts()).toEqual(['artifacts:node1 firing 1']);
});

test('what a task asks for in its output becomes alerts of its own', async () => {
  const machine = createMachine({
    dns(spec) {
      spec.onCommand('::tocsin alert {"title":"zone is old","severity":"P3","kind":"config"}');
      return {};
    },
  });
  const { run, worker } = await open(await openInMemory(), makeProfile(['dns']), machine);
  await run();
  const alerts = await worker.ctx.db.selectFrom('alert').selectAll().execute();
  expect(alerts).toMatchObject([{ title: 'zone is old', source: 'job:edge', service: 'edge' }]);
});

test('the alert of a task that a profile runs no more ends with its next run', async () => {
  const harness = await openInMemory();
  const machine = createMachine({ dns: failing(), cert: failing() });
  const { worker, alerts } = await open(harness, makeProfile(['dns', 'cert']), machine);
  const runAs = (profile: ProfileConfig) => {
    const config = { ...worker.ctx.config, jobs: jobsOf([profile]) };
    return runProfile(runDeps({ ...worker, ctx: { ...worker.ctx, config } }, machine), asked);
  };
  await runAs(makeProfile(['dns', 'cert']));
  expect(await alerts()).toEqual(['job:edge:dns firing 1', 'job:edge:cert firing 1']);
  await runAs(makeProfile([makeTask('dns', { service: 'names' }), makeTask('cert', { enabled: false })]));
  expect(await alerts()).toEqual(['job:edge:dns over 1', 'job:edge:cert over 1', 'job:edge:dns firing 1']);
});
