import { expect, test } from 'vitest';
import { openDoor } from '../../test/door.ts';
import type { Config } from '../config/index.ts';
import { systemActor } from '../core/actor.ts';
import type { AlertReport } from '../core/hand-over.ts';
import { selectDeploymentsBetween } from '../deployments/index.ts';
import { createConfigReloading } from './reload-config.ts';

/** Answers a reloading whose reports fail while `isAway`. */
async function open() {
  const { context, lines } = await openDoor();
  const base = context(systemActor('config'));
  const told: AlertReport['status'][] = [];
  const applied: Config[] = [];
  const state = { isAway: false, next: async (): Promise<Config> => base.config };
  const submit: typeof base.intake.submit = async (reports, requestId) => {
    if (state.isAway) throw new Error('the database is away');
    const answers = await base.intake.submit(reports, requestId);
    told.push(...reports.map((report) => report.status));
    return answers;
  };
  const reloading = createConfigReloading({
    ctx: { ...base, intake: { ...base.intake, submit } },
    load: () => state.next(),
    apply: async (config) => void applied.push(config),
  });
  const list = () =>
    selectDeploymentsBetween(base, { env: 'staging', fromMs: 0, toMs: base.clock.now(), limit: 10 });
  return { reloading, state, told, applied, config: base.config, list, lines };
}

test('a change is in force although nobody can be told, and they are told once the database is back', async () => {
  const { reloading, state, told, applied, config } = await open();
  state.isAway = true;
  state.next = async () => ({ ...config, notify: { ...config.notify, dryRun: true } });
  expect(await reloading.reload()).toMatchObject({ ok: true, changed: ['notify'] });
  expect(applied).toHaveLength(1);
  expect(reloading.trouble()).toBeNull();
  expect(await reloading.tick()).toBe(true);
  expect(told).toEqual([]);
  state.isAway = false;
  expect(await reloading.tick()).toBe(true);
  expect(told).toEqual(['resolved']);
  expect(await reloading.tick()).toBe(false);
});

test('wrong files are an answer and no fault while the database is away; only the newest news is told', async () => {
  const { reloading, state, told, config } = await open();
  await reloading.tick();
  state.isAway = true;
  state.next = () => Promise.reject(new Error('no such file'));
  expect(await reloading.reload()).toMatchObject({ ok: false });
  expect(reloading.trouble()).not.toBeNull();
  state.next = async () => config;
  expect(await reloading.reload()).toMatchObject({ ok: true });
  state.next = () => Promise.reject(new Error('no such file'));
  await reloading.reload();
  state.isAway = false;
  await reloading.tick();
  expect(told).toEqual(['resolved', 'firing']);
});

test('what is taken up is recorded among the deployments, with what changed; what is the same is not', async () => {
  const { reloading, state, config, list } = await open();
  await reloading.reload();
  expect(await list()).toEqual([]);
  state.next = async () => ({ ...config, notify: { ...config.notify, dryRun: true } });
  await reloading.reload();
  state.next = async () => config;
  await reloading.reload();
  const [back, first] = await list();
  expect(first).toMatchObject({ kind: 'config_reload', service: 'tocsin', notes: 'changed: notify' });
  expect(back?.version).toMatch(/^[0-9a-f]{12}$/);
  expect(back?.version).not.toBe(first?.version);
});

test('whoever asks for a reload is answered in the log, also where nothing has changed', async () => {
  const { reloading, state, config, lines } = await open();
  const said = () => lines.map(({ message }) => message).filter((line) => line.startsWith('[config]'));
  await reloading.reload();
  expect(said()).toEqual(['[config] read anew: nothing has changed']);
  state.next = async () => ({ ...config, notify: { ...config.notify, dryRun: true } });
  await reloading.reload();
  expect(said().slice(1)).toEqual(['[config] in force: notify']);
});
