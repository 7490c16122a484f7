import { describe, expect, it } from 'vitest';
import { run } from '../../test/acting.ts';
import {
  describeEachStore,
  describeSharedStores,
  openInMemory,
  type StoreHarness,
} from '../../test/stores.ts';
import { loadTestConfig, startWorker, type Worker } from '../../test/supervised.ts';
import { createSilence } from '../alerts/index.ts';
import type { ClimbStep, Config } from '../config/types.ts';
import { acknowledgeIncident } from '../incidents/index.ts';
import { openStore } from '../store/index.ts';
import { createAction, moveAction } from './incident-actions.ts';
import { mergeAction } from './incident-merge.ts';
import { severityAction } from './incident-severity.ts';
import { incidentWhy } from './why.ts';

const minuteMs = 60_000;
const silencer = { name: 'ann', role: 'operator', entitlements: ['tools.alerts.silence'] } as const;

function step(afterMinutes: number, channels: string[], match: ClimbStep['match'] = {}): ClimbStep {
  return { afterMs: afterMinutes * minuteMs, channels, match };
}

const steps = [step(15, ['lead']), step(30, ['lead', 'boss'])];

function configure(escalation: readonly ClimbStep[], given: Partial<Config> = {}): Promise<Config> {
  return loadTestConfig((config) => ({
    channels: { ops: { type: 'log' }, lead: { type: 'log' }, boss: { type: 'log' } },
    notify: { ...config.notify, escalation },
    ...given,
  }));
}

async function start(harness: StoreHarness, escalation: readonly ClimbStep[] = steps, given = {}) {
  return startWorker(harness, { config: await configure(escalation, given) });
}

async function pass(harness: StoreHarness, worker: Worker, minutes: number): Promise<void> {
  await harness.clock.advance(minutes * minuteMs);
  await worker.settle();
}

/** Opens INC-1 by an alert that lives until it heals. */
async function breakDown(worker: Worker): Promise<void> {
  await worker.report({ title: 'down', dedupeTtlMs: null });
  await worker.settle();
}

async function heal(harness: StoreHarness, worker: Worker): Promise<void> {
  await worker.report({ title: 'down', dedupeTtlMs: null, status: 'resolved' });
  await pass(harness, worker, 1);
}

/** The messages of steps, as `channel title`. */
async function climbed(worker: Worker): Promise<string[]> {
  const lines = (await worker.messages()).filter((line) => line.includes('Not acknowledged'));
  return lines.map((line) => line.replace(' incident.escalated', ''));
}

function events(worker: Worker) {
  return worker.ctx.db
    .selectFrom('incident_event')
    .select(['message', 'meta'])
    .where('type', '=', 'escalation')
    .orderBy('event_id')
    .execute();
}

describeEachStore('an incident that nobody acknowledges', (open) => {
  it('is told step by step, each once, to the channels of the step alone, and says so', async () => {
    const harness = await open();
    const worker = await start(harness);
    await breakDown(worker);
    await harness.clock.advance(15 * minuteMs - 1);
    await worker.settle();
    expect(await climbed(worker)).toEqual([]);
    await harness.clock.advance(1);
    await worker.settle();
    expect(await climbed(worker)).toEqual(['lead Not acknowledged for 15m: P1 down']);
    await pass(harness, worker, 15);
    await pass(harness, worker, 600);
    expect((await climbed(worker)).sort()).toEqual([
      'boss Not acknowledged for 30m: P1 down',
      'lead Not acknowledged for 15m: P1 down',
      'lead Not acknowledged for 30m: P1 down',
    ]);
    const [first, second] = await events(worker);
    expect(first?.message).toBe('nobody has acknowledged it for 15m: step 1 of 2 tells lead');
    expect(JSON.parse(second?.meta ?? '')).toEqual({
      reason: 'not_acknowledged',
      step: 2,
      steps: 2,
      after_seconds: 1800,
      channels: ['lead', 'boss'],
    });
    const { answer } = await run(worker, incidentWhy, { id: '1' });
    expect(answer).toContain('nobody had acknowledged it: step 2 of 2, after 30m, told lead, boss, 2 times');
  });

  it('climbs no further once somebody acknowledges it, or mitigates it', async () => {
    const harness = await open();
    const worker = await start(harness);
    await breakDown(worker);
    await run(worker, createAction, { title: 'slow', service: 'web', severity: 'P1' });
    await pass(harness, worker, 15);
    expect(await climbed(worker)).toHaveLength(2);
    await run(worker, acknowledgeIncident, { id: '1' });
    await run(worker, moveAction, { id: '2', status: 'mitigating' });
    await pass(harness, worker, 60);
    expect(await climbed(worker)).toHaveLength(2);
  });

  it('tells those who heard a step of the end, and nobody after it', async () => {
    const harness = await open();
    const worker = await start(harness);
    await breakDown(worker);
    await pass(harness, worker, 15);
    await heal(harness, worker);
    await pass(harness, worker, 60);
    expect((await worker.messages()).filter((line) => line.includes('resolved'))).toEqual([
      'ops incident.resolved Resolved: down (15m)',
      'lead incident.resolved Resolved: down (15m)',
    ]);
    expect(await climbed(worker)).toHaveLength(1);
  });

  it('climbs anew once it is opened again, though it was acknowledged before', async () => {
    const harness = await open();
    const worker = await start(harness);
    await breakDown(worker);
    await pass(harness, worker, 15);
    await run(worker, acknowledgeIncident, { id: '1' });
    await heal(harness, worker);
    await breakDown(worker);
    const row = await worker.ctx.db.selectFrom('incident').selectAll().executeTakeFirst();
    expect(row).toMatchObject({ number: 1, status: 'open', acknowledged_by: null, owner: 'ann' });
    await pass(harness, worker, 14);
    expect(await climbed(worker)).toHaveLength(1);
    await pass(harness, worker, 1);
    expect(await climbed(worker)).toEqual([
      'lead Not acknowledged for 15m: P1 down',
      'lead Not acknowledged for 15m: P1 down',
    ]);
  });

  it('is told of once to each channel where all steps are late', async () => {
    const harness = await open();
    const worker = await start(harness);
    await breakDown(worker);
    await pass(harness, worker, 90);
    expect((await climbed(worker)).sort()).toEqual([
      'boss Not acknowledged for 1h 30m: P1 down',
      'lead Not acknowledged for 1h 30m: P1 down',
    ]);
    expect(await events(worker)).toHaveLength(1);
  });

  it('takes the steps for its severity at once when it rises to that', async () => {
    const harness = await open();
    const worker = await start(harness, [step(15, ['boss'], { severity: ['P0'], env: ['prod'] })]);
    await breakDown(worker);
    await pass(harness, worker, 20);
    expect(await climbed(worker)).toEqual([]);
    await run(worker, severityAction, { id: '1', severity: 'P0' });
    await worker.settle();
    expect(await climbed(worker)).toEqual(['boss Not acknowledged for 20m: P0 down']);
  });

  it('takes the steps that it passed while it was less severe', async () => {
    const harness = await open();
    const page = step(15, ['boss'], { severity: ['P0'] });
    const worker = await start(harness, [page, step(30, ['lead'])]);
    await breakDown(worker);
    await pass(harness, worker, 40);
    expect(await climbed(worker)).toEqual(['lead Not acknowledged for 40m: P1 down']);
    await worker.report({ title: 'down', dedupeTtlMs: null, severity: 'P0' });
    await pass(harness, worker, 1);
    await pass(harness, worker, 60);
    expect((await climbed(worker)).sort()).toEqual([
      expect.stringMatching(/^boss Not acknowledged for 4\dm: P0 down$/),
      expect.stringMatching(/^lead Not acknowledged for 40m: P1 down$/),
      expect.stringMatching(/^lead Not acknowledged for 4\dm: P0 down$/),
    ]);
  });

  it('keeps still while nobody has heard of it, as its route is quiet', async () => {
    const harness = await open();
    const { routes } = await loadTestConfig();
    const quietHours = { fromMs: 11 * 60 * minuteMs, toMs: 15 * 60 * minuteMs, days: null, timezone: 'UTC' };
    const worker = await start(harness, steps, { routes: routes.map((route) => ({ ...route, quietHours })) });
    await breakDown(worker);
    await heal(harness, worker);
    await breakDown(worker);
    await pass(harness, worker, 60);
    expect(await climbed(worker)).toEqual([]);
    await pass(harness, worker, 120);
    expect(await climbed(worker)).not.toEqual([]);
  });

  it('keeps still while a silence holds its alerts, says so, and is told soon after its end', async () => {
    const harness = await open();
    const worker = await start(harness);
    await breakDown(worker);
    const ends_at = new Date(harness.clock.now() + 20 * minuteMs).toISOString();
    await run(worker, createSilence, { matchers: { service: ['api'] }, ends_at, comment: 'known' }, silencer);
    await pass(harness, worker, 15);
    await pass(harness, worker, 1);
    expect(await climbed(worker)).toEqual([]);
    const { answer } = await run(worker, incidentWhy, { id: '1' });
    expect(answer).toMatch(/sil_\w+ held all its alerts: nobody was told that it waits\./);
    await pass(harness, worker, 4);
    expect(await climbed(worker)).toEqual(['lead Not acknowledged for 20m: P1 down']);
  });

  it('keeps still while another alert holds all of its own, and goes on while one was told of before', async () => {
    const harness = await open();
    const inhibition = { name: 'db', when: { service: ['db'] }, mute: { service: ['api'] }, equal: [] };
    const worker = await start(harness, steps, { inhibitions: [inhibition] });
    await breakDown(worker);
    await worker.report({ service: 'db', title: 'db down', dedupeTtlMs: null });
    await worker.settle();
    await pass(harness, worker, 15);
    expect((await climbed(worker)).toSorted()).toEqual([
      'lead Not acknowledged for 15m: P1 db down',
      'lead Not acknowledged for 15m: P1 down',
    ]);
    await worker.report({ title: 'down', severity: 'P0', dedupeTtlMs: null });
    await worker.settle();
    await pass(harness, worker, 15);
    expect((await climbed(worker)).slice(2).map((text) => text.slice(-8))).toEqual([' db down', ' db down']);
  });
});

describe('a step that is due', () => {
  const open = openInMemory;

  it('says what is to be done, and how far it is', async () => {
    const harness = await open();
    const worker = await start(harness);
    await breakDown(worker);
    await pass(harness, worker, 15);
    const row = await worker.ctx.db
      .selectFrom('notification')
      .select(['payload', 'route', 'idempotency_key'])
      .where('channel', '=', 'lead')
      .executeTakeFirstOrThrow();
    const { text } = JSON.parse(row.payload) as { text: string };
    expect(text).toContain('INC-1 has waited for somebody for 15m: step 1 of 2.');
    expect(text).toContain('Nobody has acknowledged it yet.');
    expect(text).toContain('tocsin incidents ack INC-1');
    expect(row.idempotency_key).toMatch(/\/incident\.escalated\/waits:\d+:900000:P1\/lead$/);
  });

  it('is one of the configuration in force, and never one that was told or passed', async () => {
    const harness = await open();
    const worker = await start(harness);
    await breakDown(worker);
    await pass(harness, worker, 15);
    const changed = await start(harness, [step(5, ['boss']), step(15, ['boss']), step(20, ['boss'])]);
    await pass(harness, changed, 4);
    expect(await climbed(worker)).toEqual(['lead Not acknowledged for 15m: P1 down']);
    await pass(harness, changed, 1);
    const without = await start(harness, []);
    await pass(harness, without, 60);
    expect(await climbed(worker)).toEqual([
      'lead Not acknowledged for 15m: P1 down',
      'boss Not acknowledged for 20m: P1 down',
    ]);
  });

  it('is put off while all alerts have ended, also where the incident does not resolve yet', async () => {
    const harness = await open();
    const { policy } = await loadTestConfig();
    const held = { policy: { ...policy, defaults: { ...policy.defaults, resolveHoldMs: 60 * minuteMs } } };
    const worker = await start(harness, steps, held);
    await breakDown(worker);
    await heal(harness, worker);
    await pass(harness, worker, 20);
    expect(await climbed(worker)).toEqual([]);
    await breakDown(worker);
    await pass(harness, worker, 1);
    expect(await climbed(worker)).toEqual(['lead Not acknowledged for 22m: P1 down']);
  });

  it('is not told of an incident of which nobody was to hear', async () => {
    const harness = await open();
    const worker = await start(harness, steps, { routes: [] });
    await breakDown(worker);
    await pass(harness, worker, 60);
    expect(await worker.messages()).toEqual([]);
  });

  it('is that of the incident that another became part of', async () => {
    const harness = await open();
    const worker = await start(harness);
    await breakDown(worker);
    await harness.clock.advance(5 * minuteMs);
    await run(worker, createAction, { title: 'slow', service: 'web', severity: 'P1' });
    await run(worker, mergeAction, { id: '1', into: '2' });
    await pass(harness, worker, 10);
    expect(await climbed(worker)).toEqual([]);
    await pass(harness, worker, 5);
    expect(await climbed(worker)).toEqual(['lead Not acknowledged for 15m: P1 slow']);
  });
});

describeSharedStores('an incident that two processes see', (open) => {
  it('is told each step once', async () => {
    const harness = await open();
    const config = await configure(steps);
    const one = await startWorker(harness, { config });
    const store = await openStore(harness.options, one.ctx.log);
    const two = await startWorker(harness, { config, store, owner: 'worker-2' });
    try {
      await breakDown(one);
      for (const minutes of [15, 15, 15]) {
        await harness.clock.advance(minutes * minuteMs);
        await Promise.all([one.settle(), two.settle()]);
      }
      expect(await climbed(one)).toHaveLength(3);
      expect(await events(one)).toHaveLength(2);
    } finally {
      await store.close();
    }
  });
});
