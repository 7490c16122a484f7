import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { type CheckoutHarness, createCheckouts, git, write } from '../../test/checkout.ts';
import { createMachine, type Machine, runDeps } from '../../test/jobs.ts';
import { openInMemory } from '../../test/stores.ts';
import { startWorker, type Worker } from '../../test/supervised.ts';
import { type Config, loadConfig } from '../config/index.ts';
import type { FlowCtx } from './context.ts';
import { runProfile } from './run-profile.ts';
import type { RunDeps, RunNews } from './run-types.ts';
import { createCheckout } from './sync-checkout.ts';

const checkouts = createCheckouts();
afterAll(checkouts.remove);

const routes = 'channels: { out: { type: log } }\nroutes: [{ name: all, channels: [out] }]\n';
const edge = (tasks: string, more = '') =>
  `profiles:\n  edge: { cron: "0 3 * * *", sync_before_run: true, tasks: [${tasks}] }\n  other: { cron: "0 4 * * *", tasks: [{ name: o, command: [o] }] }\n${more}`;
const task = (name: string) => `{ name: ${name}, command: [${name}] }`;

let checkout: CheckoutHarness;
let worker: Worker;
let machine: Machine;
let deps: RunDeps;
let news: RunNews[];

/** Brings the process up as it is after a start on the checkout. */
beforeEach(async () => {
  checkout = checkouts.make();
  checkout.push({ 'automation/jobs.yaml': edge(task('a')) });
  const { repoDir, root } = checkout;
  git(repoDir, 'pull', '--quiet');
  write(join(root, 'tocsin.yaml'), routes);
  const load = (place = {}) =>
    loadConfig({ cwd: root, env: { ALERT_BACKEND: 'memory', REPO_DIR: repoDir }, ...place });
  const harness = await openInMemory();
  let config: Config = await load();
  worker = await startWorker(harness, { config });
  const { config: _, ...parts } = worker.ctx;
  const ctx = Object.defineProperty({ ...parts }, 'config', {
    get: () => config,
    enumerable: true,
  }) as FlowCtx;
  const reload = async () => {
    config = await load();
  };
  machine = createMachine();
  deps = { ...runDeps(worker, machine), ctx, checkout: createCheckout({ ctx, load, reload }) };
  news = [];
});

const run = (profile = 'edge') =>
  runProfile(deps, {
    profile,
    source: 'manual',
    scheduledFor: null,
    onlyTask: null,
    onNews: (one) => void news.push(one),
  });
const ran = () => machine.started.map(({ argv, cwd }) => [argv[0], cwd.split('/').pop()]);
const alerts = async () =>
  (await worker.ctx.db.selectFrom('alert').selectAll().execute()).map(
    ({ fingerprint, ended_at, severity }) =>
      `${fingerprint.split(':')[0]} ${severity} ${ended_at === null ? 'firing' : 'over'}`,
  );

it('runs what a new revision says, from its tree; a profile without sync follows', async () => {
  const revision = checkout.push({ 'automation/jobs.yaml': edge(`${task('b')}, ${task('c')}`) });
  expect(await run()).toMatchObject({ outcome: 'ended', run: { status: 'succeeded' } });
  await run('other');
  expect(ran()).toEqual([
    ['b', revision],
    ['c', revision],
    ['o', revision],
  ]);
  const rows = await worker.ctx.db.selectFrom('run').selectAll().orderBy('run_id').execute();
  expect(rows.map((row) => [row.task, row.status])).toEqual([
    [null, 'succeeded'],
    ['b', 'succeeded'],
    ['c', 'succeeded'],
    [null, 'succeeded'],
    ['o', 'succeeded'],
  ]);
  expect(rows.filter(({ kind }) => kind === 'profile').map((row) => row.revision)).toEqual([
    revision,
    revision,
  ]);
});

it('runs on when the branch has bad jobs, says so in one alert after three times, and takes the fix by itself', async () => {
  await run();
  for (const bad of ['profiles: [', 'profiles: { edge: { cron: never } }', null]) {
    checkout.push({ 'automation/jobs.yaml': bad });
    expect(await alerts()).toEqual([]);
    expect(await run()).toMatchObject({ run: { status: 'succeeded' } });
  }
  await run();
  expect(await alerts()).toEqual(['sync P3 firing']);
  expect(new Set(ran().map(([name]) => name))).toEqual(new Set(['a']));
  expect(news.filter(({ kind }) => kind === 'sync_failed')).toHaveLength(4);
  const revision = checkout.push({ 'automation/jobs.yaml': edge(task('fixed')) });
  await run();
  expect(await alerts()).toEqual(['sync P3 over']);
  expect(ran().at(-1)).toEqual(['fixed', revision]);
});

it('runs nothing of a profile that the new revision has no more', async () => {
  checkout.push({ 'automation/jobs.yaml': 'profiles: { new: { cron: "0 3 * * *" } }\n' });
  expect(await run()).toMatchObject({ run: { status: 'succeeded' }, tasks: [] });
  expect(ran()).toEqual([]);
});

it('runs in the checkout itself where no sync was ever made', async () => {
  await run('other');
  expect(machine.started[0]?.cwd).toBe(join(checkout.root, 'repo'));
});
