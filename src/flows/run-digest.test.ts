import { expect, it, test } from 'vitest';
import { createMachine, failing, makeDataDir, makeProfile, makeTask, runDeps } from '../../test/jobs.ts';
import { jobsOf } from '../../test/profiles.ts';
import { describeEachStore, openInMemory, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import type { Config, ProfileConfig } from '../config/types.ts';
import { attendedPayload, openRun, startRun } from '../runs/index.ts';
import { endLostRuns } from './run-lost.ts';
import { runProfile } from './run-profile.ts';

const hourMs = 3_600_000;

type Change = { profile?: Partial<ProfileConfig>; config?: Partial<Config> };

/** A worker whose profile `edge` runs `cert` and `dns`; `tick` runs it and supervises what comes of it. */
async function open(harness: StoreHarness, { profile, config = {} }: Change = {}) {
  const machine = createMachine();
  const dataDir = await makeDataDir();
  const edge = makeProfile(['cert', 'dns'], profile);
  const worker = await startWorker(harness, {
    config: await loadTestConfig(() => ({ jobs: jobsOf([edge]), dataDir, ...config })),
  });
  const tick = async (request: { onlyTask?: string } = {}) => {
    const asked = { profile: 'edge', source: 'cron', scheduledFor: null, onlyTask: null } as const;
    const result = await runProfile(runDeps(worker, machine), { ...asked, ...request });
    await worker.settle();
    return result;
  };
  const texts = async () =>
    (await worker.ctx.db.selectFrom('notification').selectAll().orderBy('notification_id').execute()).map(
      ({ payload }) => (JSON.parse(payload) as { text: string }).text.replace(/run_\w{26}/, 'RUN'),
    );
  return { worker, machine, tick, texts, messages: () => worker.messages() };
}

describeEachStore('the digest', (openStores) => {
  it('tells of failures once, reminds every six hours, and tells of the recovery once', async () => {
    const harness = await openStores();
    const { machine, tick, messages, texts } = await open(harness);
    await tick();
    expect(await messages()).toEqual([]);
    machine.programs = Object.assign(machine.programs, { dns: failing('no answer') });
    for (let hour = 0; hour < 20; hour++) {
      await tick();
      await harness.clock.advance(hourMs);
    }
    const alerts = await harness.ctx.db.selectFrom('alert').select(['fingerprint', 'occurrences']).execute();
    expect(alerts).toEqual([{ fingerprint: 'job:edge:dns', occurrences: 20 }]);
    expect(await messages()).toEqual(Array(4).fill('ops digest automation: edge'));
    expect((await texts())[1]).toMatch(/^Reminder: this still fails.\n/);
    delete machine.programs.dns;
    await tick();
    await tick();
    expect((await texts()).slice(4)).toEqual([
      'duration: 0.0 s\ntasks: 2 (0 failed)\nWell again: dns.\n\nMore: tocsin runs show RUN',
    ]);
  });

  it('of a process that died is told by the one that finds out, once', async () => {
    const harness = await openStores();
    const { worker, texts, tick } = await open(harness);
    const { ctx } = worker;
    const deps = runDeps(worker, createMachine());
    const queued = await openRun(ctx, { profile: 'edge', source: 'cron', scheduledFor: 1, onlyTask: null });
    if (queued) await startRun(ctx, queued, { host: 'gone', holder: 'gone:1' }, []);
    await harness.clock.advance(30_000);
    expect(await Promise.all([endLostRuns(deps), endLostRuns(deps)])).toContain(1);
    expect(await texts()).toEqual([
      'duration: 30.0 s\ntasks: 2 (0 failed)\nworker lost\n\nMore: tocsin runs show RUN',
    ]);
    await tick();
    expect(await texts()).toHaveLength(2);
  });

  it('is none of a run that somebody began at a terminal, and saw end', async () => {
    const harness = await openStores();
    const { worker, texts } = await open(harness);
    const { ctx } = worker;
    const asked = { profile: 'edge', source: 'manual', scheduledFor: null, onlyTask: null } as const;
    const queued = await openRun(ctx, { ...asked, payload: attendedPayload });
    if (queued) await startRun(ctx, queued, { host: 'gone', holder: 'gone:1' }, []);
    await harness.clock.advance(30_000);
    expect(await endLostRuns(runDeps(worker, createMachine()))).toBe(1);
    expect(await texts()).toEqual([]);
    const rows = await ctx.db.selectFrom('run').select(['status', 'error']).execute();
    expect(rows).toEqual([{ status: 'failed', error: 'worker lost' }]);
  });
});

test('a digest says in few lines what failed, how, after how long, and what it said last', async () => {
  const { machine, tick, texts, worker } = await open(await openInMemory());
  Object.assign(machine.programs, {
    cert: failing('expired 3 days ago\nrenew it', { durationMs: 2149, exitCode: 3, attempts: 2 }),
    dns: failing('', { status: 'timed_out', exitCode: null, durationMs: 300_000 }),
  });
  await tick();
  expect(await texts()).toEqual([
    [
      'duration: 0.0 s',
      'tasks: 2 (2 failed)',
      '',
      'cert: exit code 3, 2.1 s, 2 attempts',
      'expired 3 days ago',
      'renew it',
      '',
      'dns: timed out, 5m',
      '',
      'More: tocsin runs show RUN',
    ].join('\n'),
  ]);
  const [row] = await worker.ctx.db.selectFrom('notification').select('payload').execute();
  expect(JSON.parse(row?.payload ?? '')).toMatchObject({
    severity: 'P2',
    run: { profile: 'edge', status: 'failed' },
  });
});

test('a digest comes when the failures change, and where it is asked for with every failing run', async () => {
  const changing = await open(await openInMemory());
  const { machine, tick, texts } = changing;
  Object.assign(machine.programs, { cert: failing() });
  await tick();
  Object.assign(machine.programs, { dns: failing() });
  await tick();
  delete machine.programs.cert;
  await tick();
  await tick();
  const heads = (await texts()).map((text) => text.split('\n')[2]);
  expect(heads).toEqual(['', '', 'Well again: cert.']);

  const every = await open(await openInMemory(), { profile: { digest: 'every' } });
  Object.assign(every.machine.programs, { dns: failing() });
  await every.tick();
  await every.tick();
  delete every.machine.programs.dns;
  await every.tick();
  await every.tick();
  expect(await every.messages()).toHaveLength(3);
});

test('one task alone that is well does not make the others well', async () => {
  const { machine, tick, texts } = await open(await openInMemory());
  Object.assign(machine.programs, { cert: failing(), dns: failing() });
  await tick();
  delete machine.programs.cert;
  await tick({ onlyTask: 'cert' });
  expect((await texts())[1]).toBe(
    'duration: 0.0 s\ntasks: 1 (0 failed)\nWell again: cert.\nFailed before, not run now: dns.\n\nMore: tocsin runs show RUN',
  );
});

test('a failure that opens an incident is told by that as well, its end too', async () => {
  const tasks = [makeTask('cert', { severity: 'P1' })];
  const { machine, tick, messages } = await open(await openInMemory(), { profile: { tasks } });
  Object.assign(machine.programs, { cert: failing() });
  await tick();
  await tick();
  expect(await messages()).toEqual([
    'ops digest automation: edge',
    'ops incident.opened P1 Task cert of edge fails',
  ]);
});

test('a digest goes to the route of its profile, and without one where a failure of its tasks would go', async () => {
  const route = (await loadTestConfig()).routes[0];
  if (!route) return expect.unreachable();
  const routes = [
    { ...route, name: 'mine', match: { service: ['nothing'] }, channels: ['a'] },
    { ...route, name: 'dns', match: { component: ['dns'] }, channels: ['b'] },
  ];
  const channels = { a: { type: 'log' as const }, b: { type: 'log' as const } };
  const tasks = ['cert', makeTask('dns', { component: 'dns' })].map((task) =>
    typeof task === 'string' ? makeTask(task) : task,
  );
  for (const [named, channel] of [
    ['mine', 'a'],
    // `cert` reaches nobody by itself; `dns` of the same profile does.
    [null, 'b'],
  ] as const) {
    const config = { routes, channels };
    const { machine, tick, messages } = await open(await openInMemory(), {
      profile: { route: named, tasks },
      config,
    });
    Object.assign(machine.programs, { cert: failing() });
    await tick();
    expect(await messages()).toEqual([`${channel} digest automation: edge`]);
  }
});

test('what a silence holds is told of by nobody, and once when the silence is over', async () => {
  const harness = await openInMemory();
  const endsAt = harness.clock.now() + hourMs;
  const silences = [{ name: 's', match: { labels: { task: 'dns' } }, startsAt: null, endsAt, comment: null }];
  const { machine, tick, messages } = await open(harness, { config: { silences } });
  Object.assign(machine.programs, { dns: failing() });
  await tick();
  expect(await messages()).toEqual([]);
  await harness.clock.advance(hourMs);
  await tick();
  await tick();
  expect(await messages()).toEqual(['ops digest automation: edge']);
});
