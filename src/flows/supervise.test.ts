import { expect, it } from 'vitest';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker, type Worker } from '../../test/supervised.ts';
import type { PolicyDefaults } from '../config/types.ts';

const minuteMs = 60_000;

function incidents(worker: Worker) {
  return worker.ctx.db.selectFrom('incident').selectAll().orderBy('number').execute();
}

function alerts(worker: Worker) {
  return worker.ctx.db.selectFrom('alert').selectAll().orderBy('alert_ref').execute();
}

function events(worker: Worker) {
  return worker.ctx.db.selectFrom('incident_event').selectAll().orderBy('at').orderBy('event_id').execute();
}

function triages(worker: Worker) {
  return worker.ctx.db.selectFrom('triage').selectAll().orderBy('triage_id').execute();
}

function withDefaults(defaults: Partial<PolicyDefaults>) {
  return loadTestConfig(({ policy }) => ({
    policy: { ...policy, defaults: { ...policy.defaults, ...defaults } },
  }));
}

async function pass(harness: StoreHarness, worker: Worker, delayMs: number): Promise<void> {
  await harness.clock.advance(delayMs);
  await worker.settle();
}

describeEachStore('the supervisor', (open) => {
  it('makes an urgent alert one incident with one message, and acks the alert', async () => {
    const worker = await startWorker(await open());
    const [ref] = await worker.report({});
    await worker.settle();
    const [incident] = await incidents(worker);
    expect(incident).toMatchObject({ number: 1, title: 'api is down', severity: 'P1', status: 'open' });
    expect(await alerts(worker)).toMatchObject([
      { alert_ref: ref, status: 'acked', incident_id: incident?.incident_id, announced: 1 },
    ]);
    expect(await worker.messages()).toEqual(['ops incident.opened P1 api is down']);
    const steps = await worker.ctx.db
      .selectFrom('alert_event')
      .select('reason')
      .orderBy('event_id')
      .execute();
    expect(steps.map(({ reason }) => reason)).toEqual(['claimed', 'incident_opened']);
  });

  it('tells of the rest without an incident, and of its end once', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({ severity: 'P3', title: 'slow' });
    await worker.settle();
    await worker.report({ severity: 'P3', title: 'slow', status: 'resolved' });
    await worker.settle();
    await pass(harness, worker, 10 * minuteMs);
    expect(await incidents(worker)).toEqual([]);
    expect(await worker.messages()).toEqual([
      'ops alert.firing P3 slow',
      'ops alert.resolved Resolved: slow (0ms)',
    ]);
    expect(await alerts(worker)).toMatchObject([{ status: 'acked', announced: 2 }]);
  });

  it('makes one outage of 1,000 repeats from 5 sources one incident, one triage, one first message and one resolution', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    for (let i = 0; i < 1000; i += 50) {
      const burst = Array.from({ length: 50 }, (_, j) => ({ source: `monitor@node${(i + j) % 5}` }));
      await worker.report(...burst);
      if (i === 500) await worker.report({ status: 'resolved' });
      await pass(harness, worker, 1000);
    }
    await worker.report({ status: 'resolved' });
    await pass(harness, worker, minuteMs);
    await pass(harness, worker, minuteMs);
    expect(await incidents(worker)).toMatchObject([{ status: 'resolved' }]);
    expect(await triages(worker)).toMatchObject([{ status: 'done' }]);
    expect(await worker.messages()).toEqual([
      'ops incident.opened P1 api is down',
      'ops incident.escalated Now P0: api is down',
      expect.stringContaining('ops incident.resolved Resolved: api is down'),
    ]);
  });

  it('resolves an incident once its alerts have been over for the hold, not before', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({});
    await worker.settle();
    await pass(harness, worker, minuteMs);
    await worker.report({ status: 'resolved' });
    await pass(harness, worker, 59_000);
    expect(await incidents(worker)).toMatchObject([{ status: 'open', resolved_at: null }]);
    await pass(harness, worker, 1000);
    expect(await incidents(worker)).toMatchObject([{ status: 'resolved', resolved_at: harness.clock.now() }]);
    expect((await worker.messages()).at(-1)).toBe('ops incident.resolved Resolved: api is down (1m)');
  });

  it('opens a resolved incident again for the same failure within half an hour, and a new one later', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    for (const quietMs of [0, 20 * minuteMs, 31 * minuteMs]) {
      await pass(harness, worker, quietMs);
      await worker.report({});
      await worker.settle();
      await worker.report({ status: 'resolved' });
      await pass(harness, worker, minuteMs);
    }
    expect(await incidents(worker)).toMatchObject([
      { number: 1, status: 'resolved' },
      { number: 2, status: 'resolved' },
    ]);
    expect((await worker.messages()).map((line) => line.split(' ')[1])).toEqual([
      'incident.opened',
      'incident.resolved',
      'incident.updated',
      'incident.resolved',
      'incident.opened',
      'incident.resolved',
    ]);
  });

  it('takes every failure that an incident knew back when it opens again', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const both = [{ fingerprint: 'a' }, { fingerprint: 'b' }];
    await worker.report(...both);
    await worker.settle();
    await worker.report(...both.map((report) => ({ ...report, status: 'resolved' as const })));
    await pass(harness, worker, minuteMs);
    await worker.report({ fingerprint: 'a' });
    await pass(harness, worker, 2 * minuteMs);
    await worker.report({ fingerprint: 'b' });
    await worker.settle();
    expect(await incidents(worker)).toMatchObject([{ status: 'open' }]);
  });

  it('tells nothing of a repeat, and of a worse severity once', async () => {
    const worker = await startWorker(await open());
    await worker.report({ kind: 'disk', severity: 'P2', title: 'disk full' });
    await worker.settle();
    await worker.report({ kind: 'disk', severity: 'P2', title: 'disk full' });
    await worker.settle();
    await worker.report({ kind: 'disk', severity: 'P0', title: 'disk full' });
    await worker.settle();
    expect(await worker.messages()).toEqual([
      'ops incident.opened P2 disk full',
      'ops incident.escalated Now P0: disk full',
    ]);
    expect(await incidents(worker)).toMatchObject([{ severity: 'P0', status: 'open' }]);
  });

  it('keeps an incident whose alert grew too old to be one: the next one takes its place there', async () => {
    const harness = await open();
    const config = await withDefaults({ dedupeMaxMs: 2 * 60 * minuteMs });
    const worker = await startWorker(harness, { config });
    for (let i = 0; i < 5; i++) {
      await worker.report({ severity: 'P0' });
      await pass(harness, worker, 29 * minuteMs);
    }
    await worker.report({ severity: 'P0' });
    await worker.settle();
    expect(await alerts(worker)).toMatchObject([
      { occurrences: 5, ended_at: expect.any(Number) },
      { occurrences: 1, ended_at: null },
    ]);
    expect(await incidents(worker)).toMatchObject([{ status: 'open' }]);
    expect(await worker.messages()).toEqual(['ops incident.opened P0 api is down']);
  });

  it('makes an incident of a quiet alert whose severity rises, and lets the incident alone tell its end', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({ severity: 'P3' });
    await worker.settle();
    await worker.report({ severity: 'P1' });
    await worker.settle();
    await worker.report({ status: 'resolved' });
    await pass(harness, worker, minuteMs);
    expect(await worker.messages()).toEqual([
      'ops alert.firing P3 api is down',
      'ops incident.opened P1 api is down',
      'ops incident.resolved Resolved: api is down (0ms)',
    ]);
  });

  it('gathers a storm of 300 failures of one service into one incident and a handful of messages', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const words = Array.from({ length: 300 }, (_, i) => ({
      fingerprint: `part ${i}`,
      title: `part is down`,
    }));
    for (let i = 0; i < words.length; i += 100) {
      await worker.report(...words.slice(i, i + 100));
      await pass(harness, worker, 40_000);
    }
    expect(await incidents(worker)).toHaveLength(1);
    expect((await worker.messages()).length).toBeLessThanOrEqual(3);
    expect((await alerts(worker)).every((alert) => alert.status === 'acked' && alert.incident_id)).toBe(true);
    expect(await triages(worker)).toHaveLength(1);
  });

  it.each([
    ['incidents', { maxIncidentsPerRun: 5, maxTriagesPerRun: 100 }],
    ['triages', { maxIncidentsPerRun: 100, maxTriagesPerRun: 5 }],
  ])(
    'begins five %s a pass, holds the others back without an attempt, and says so once',
    async (_, valves) => {
      const harness = await open();
      const config = await withDefaults(valves);
      const worker = await startWorker(harness, { config });
      await worker.report(
        ...Array.from({ length: 12 }, (_, i) => ({ service: `service-${i}`, title: 'down' })),
      );
      await worker.supervisor.tick();
      expect(await incidents(worker)).toHaveLength(5);
      expect(await alerts(worker)).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ status: 'new', attempts: 0, retry_at: harness.clock.now() + 5000 }),
        ]),
      );
      await pass(harness, worker, 4999);
      expect(await incidents(worker)).toHaveLength(5);
      await pass(harness, worker, 1);
      expect(await incidents(worker)).toHaveLength(12);
      const own = (await alerts(worker)).filter((alert) => alert.service === 'tocsin');
      expect(own).toMatchObject([
        { title: 'Alert storm: more incidents at once than one pass may open', occurrences: 1 },
      ]);
    },
  );

  it('takes no more a pass than it may begin once it had to hold alerts back, for a minute', async () => {
    const harness = await open();
    const config = await withDefaults({ maxIncidentsPerRun: 5, maxTriagesPerRun: 100 });
    const worker = await startWorker(harness, { config });
    const burst = (name: string) =>
      worker.report(...Array.from({ length: 12 }, (_, i) => ({ service: `${name}-${i}`, title: 'down' })));
    const heldBack = async () => (await alerts(worker)).filter((alert) => alert.retry_at !== null).length;
    await burst('first');
    await worker.supervisor.tick();
    expect(await heldBack()).toBe(7);
    await burst('second');
    for (const opened of [10, 15, 17]) {
      await worker.supervisor.tick();
      expect(await incidents(worker)).toHaveLength(opened);
    }
    expect(await heldBack()).toBe(7);
    await pass(harness, worker, 5000);
    expect(await incidents(worker)).toHaveLength(24);
    await pass(harness, worker, minuteMs);
    await burst('third');
    await worker.supervisor.tick();
    expect(await heldBack()).toBe(7);
  });

  it('takes no more a pass than it may begin once it began an incident, so that a flood behind it waits for nothing', async () => {
    const config = await withDefaults({ maxIncidentsPerRun: 5, maxTriagesPerRun: 100 });
    const worker = await startWorker(await open(), { config });
    await worker.report({ service: 'herald', title: 'down' });
    await worker.supervisor.tick();
    await worker.report(...Array.from({ length: 12 }, (_, i) => ({ service: `flood-${i}`, title: 'down' })));
    for (const opened of [6, 11, 13]) {
      await worker.supervisor.tick();
      expect(await incidents(worker)).toHaveLength(opened);
    }
    expect((await alerts(worker)).filter((alert) => alert.retry_at !== null)).toEqual([]);
  });

  it('says once that a storm is on, though small passes hold nothing back', async () => {
    const config = await withDefaults({ maxIncidentsPerRun: 5, maxTriagesPerRun: 100 });
    const worker = await startWorker(await open(), { config });
    const storms = async () => (await alerts(worker)).filter((alert) => alert.kind === 'quota');
    await worker.report({ service: 'herald', title: 'down' });
    await worker.supervisor.tick();
    const burst = (name: string, count: number) =>
      worker.report(...Array.from({ length: count }, (_, i) => ({ service: `${name}-${i}`, title: 'down' })));
    await burst('five', 5);
    await worker.settle();
    expect(await storms()).toEqual([]);
    await burst('many', 30);
    await worker.settle();
    expect(await storms()).toEqual([expect.objectContaining({ service: 'tocsin', occurrences: 1 })]);
  });

  it('raises nothing about its own alerts when they are held back', async () => {
    const config = await withDefaults({ maxIncidentsPerRun: 1 });
    const worker = await startWorker(await open(), { config });
    await worker.report({ service: 'other' }, { service: 'tocsin', title: 'own' });
    await worker.supervisor.tick();
    expect((await alerts(worker)).map((alert) => alert.service)).toEqual(['other', 'tocsin']);
  });

  it('acks an alert that ended after its claim without an incident', async () => {
    const worker = await startWorker(await open());
    await worker.report({});
    const original = worker.ctx.db;
    await original.updateTable('alert').set({ ended_at: worker.ctx.clock.now() }).execute();
    await worker.settle();
    expect(await incidents(worker)).toEqual([]);
    expect(await worker.messages()).toEqual([]);
    const reasons = await original.selectFrom('alert_event').select('reason').orderBy('event_id').execute();
    expect(reasons.map((row) => row.reason)).toContain('resolved_before_triage');
  });

  it('supersedes an incident that was silent past its window, and tells of both', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({ dedupeTtlMs: 10 * minuteMs });
    await worker.settle();
    await pass(harness, worker, 181 * minuteMs);
    await worker.report({});
    await worker.settle();
    const [old, young] = await incidents(worker);
    expect(old).toMatchObject({ status: 'resolved', superseded_by: young?.incident_id });
    expect(young).toMatchObject({ status: 'open', number: 2 });
    expect((await worker.messages()).map((line) => line.split(' ')[1])).toEqual([
      'incident.opened',
      'incident.opened',
      'incident.resolved',
    ]);
  });

  it('keeps an incident whose alert never fell silent, however old', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({ dedupeTtlMs: null });
    await worker.settle();
    await pass(harness, worker, 600 * minuteMs);
    await worker.report({ dedupeTtlMs: null, status: 'resolved' });
    await worker.report({});
    await worker.settle();
    expect(await incidents(worker)).toHaveLength(1);
  });

  it('notes alerts within the cooldown in one line, and triages again after it', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const flap = async () => {
      await worker.report({});
      await worker.settle();
      await worker.report({ status: 'resolved' });
      await pass(harness, worker, 10_000);
    };
    await flap();
    await flap();
    await flap();
    const notes = (await events(worker)).filter((event) => event.type === 'note');
    expect(notes).toMatchObject([{ occurrences: 2 }]);
    expect(await triages(worker)).toHaveLength(1);
    await pass(harness, worker, 15 * minuteMs);
    await flap();
    expect(await triages(worker)).toHaveLength(2);
  });

  it('fails an alert with its message when work on it throws, and reports one that is dead', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const [ref] = await worker.report({ severity: 'P3' });
    await worker.ctx.db.updateTable('alert').set({ labels: 'no json' }).execute();
    for (let i = 0; i < 5; i++) await pass(harness, worker, 5000 * 2 ** i);
    const [dead] = await alerts(worker);
    expect(dead).toMatchObject({ alert_ref: ref, status: 'dead', attempts: 5 });
    expect(dead?.last_error).toContain('JSON');
    const own = (await alerts(worker)).filter((alert) => alert.service === 'tocsin');
    expect(own).toMatchObject([{ title: `Alert ${ref} could not be worked on`, status: 'acked' }]);
  });
});
