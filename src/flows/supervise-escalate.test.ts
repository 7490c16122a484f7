import { expect, it } from 'vitest';
import { run, type View } from '../../test/acting.ts';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker, type Worker } from '../../test/supervised.ts';
import type { Config, RouteConfig } from '../config/types.ts';
import type { AlertReport } from '../core/hand-over.ts';
import { getIncident } from './incident-get.ts';
import { severityAction } from './incident-severity.ts';

const minuteMs = 60_000;
/** Opens a P2 incident by the built-in policy. */
const disk = { kind: 'disk', severity: 'P2', title: 'disk is full' } as const;

async function repeat(worker: Worker, times: number, report: Partial<AlertReport>): Promise<void> {
  for (let i = 0; i < times; i++) await worker.report(report);
  await worker.settle();
}

async function pass(harness: StoreHarness, worker: Worker, delayMs: number): Promise<void> {
  await harness.clock.advance(delayMs);
  await worker.settle();
}

function incidents(worker: Worker) {
  return worker.ctx.db.selectFrom('incident').selectAll().orderBy('number').execute();
}

async function events(worker: Worker, type: string): Promise<View[]> {
  const { timeline } = await run(worker, getIncident, { id: '1' });
  return (timeline as View[]).filter((event) => event.type === type).toReversed();
}

describeEachStore('escalation', (open) => {
  it('makes a P2 a P1 at ten reports within the hour, and says why, once', async () => {
    const worker = await startWorker(await open());
    await repeat(worker, 9, disk);
    expect(await incidents(worker)).toMatchObject([{ severity: 'P2' }]);
    await repeat(worker, 1, disk);
    await repeat(worker, 5, disk);
    expect(await incidents(worker)).toMatchObject([{ severity: 'P1' }]);
    expect(await events(worker, 'decision')).toMatchObject([
      {
        message: 'severity P2 → P1 by p2-to-p1: 10 reports in 60 min, 10 are enough',
        meta: { from: 'P2', to: 'P1', rule: 'p2-to-p1', occurrences_60m: 10, triage_count_24h: 1 },
      },
    ]);
    expect(await worker.messages()).toEqual([
      'ops incident.opened P2 disk is full',
      'ops incident.escalated Now P1: disk is full',
    ]);
  });

  it('leaves a follow-up that is due in a day, one and the same for both steps', async () => {
    const worker = await startWorker(await open());
    await repeat(worker, 30, disk);
    expect(await incidents(worker)).toMatchObject([{ severity: 'P0' }]);
    expect(await events(worker, 'decision')).toHaveLength(2);
    expect(await run(worker, getIncident, { id: '1' })).toMatchObject({
      followups: [{ priority: 'P1', owner: 'on-call', due_date: '2026-03-02T12:00:00.000Z', status: 'open' }],
    });
    expect(await events(worker, 'followup')).toHaveLength(1);
    expect((await worker.messages()).filter((line) => line.includes('escalated'))).toHaveLength(1);
  });

  it('counts what came within the last hour only', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const lasting = { ...disk, dedupeTtlMs: 120 * minuteMs };
    await repeat(worker, 9, lasting);
    await pass(harness, worker, 61 * minuteMs);
    await repeat(worker, 9, lasting);
    expect(await incidents(worker)).toMatchObject([{ severity: 'P2' }]);
    await pass(harness, worker, 59 * minuteMs);
    await repeat(worker, 1, lasting);
    expect(await incidents(worker)).toMatchObject([{ severity: 'P1' }]);
  });

  it.each<[string, Partial<AlertReport>]>([
    [
      'resends of one episode that promise the next',
      { dedupeTtlMs: null, endsAt: Date.parse('2026-03-02T12:00:00Z') },
    ],
    ['repeats of our own checks', { dedupeTtlMs: null }],
    ['reports that name the same beginning', { startedAt: Date.parse('2026-03-01T11:59:00Z') }],
  ])('counts %s once', async (_, more) => {
    const worker = await startWorker(await open());
    await repeat(worker, 30, { ...disk, ...more });
    expect(await incidents(worker)).toMatchObject([{ severity: 'P2' }]);
    const minutes = await worker.ctx.db.selectFrom('signature_minute').selectAll().execute();
    expect(minutes).toMatchObject([{ occurrences: 1, due_ref: null }]);
  });

  it('counts each episode that heals and comes again', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    for (let i = 0; i < 10; i++) {
      await repeat(worker, 1, { ...disk, dedupeTtlMs: null });
      await repeat(worker, 1, { ...disk, dedupeTtlMs: null, status: 'resolved' });
    }
    expect(await incidents(worker)).toMatchObject([{ severity: 'P1' }]);
  });

  it('makes a P2 a P1 at three triages within the day', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    for (let i = 0; i < 3; i++) {
      await repeat(worker, 1, { ...disk, dedupeTtlMs: null });
      await repeat(worker, 1, { ...disk, dedupeTtlMs: null, status: 'resolved' });
      await pass(harness, worker, 16 * minuteMs);
    }
    expect((await incidents(worker)).at(-1)).toMatchObject({ severity: 'P1' });
    expect(JSON.stringify(await events(worker, 'decision'))).toContain('3 triages in 24 h, 3 are enough');
  });

  it('never goes above the cap of the incident', async () => {
    const config = await loadTestConfig(({ policy }) => ({
      policy: {
        ...policy,
        rules: policy.rules.map((rule) => ({
          ...rule,
          actions: { ...rule.actions, incidentSeverityCap: 'P1' as const },
        })),
      },
    }));
    const worker = await startWorker(await open(), { config });
    await repeat(worker, 30, disk);
    expect(await incidents(worker)).toMatchObject([{ severity: 'P1', severity_cap: 'P1' }]);
  });

  it('does not undo what a person said of the severity with reports from before', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await repeat(worker, 10, disk);
    await harness.clock.advance(minuteMs);
    await run(worker, severityAction, { id: '1', severity: 'P2', reason: 'known' });
    await repeat(worker, 5, disk);
    expect(await incidents(worker)).toMatchObject([{ severity: 'P2' }]);
    await pass(harness, worker, minuteMs);
    await repeat(worker, 10, disk);
    expect(await incidents(worker)).toMatchObject([{ severity: 'P1' }]);
  });

  it('tells the channels of the new severity, and those that heard of the old one', async () => {
    const route = (name: string, severity: RouteConfig['match']['severity'] & {}): RouteConfig => ({
      name,
      match: { severity },
      channels: [name],
      groupWaitMs: 0,
      severityFloor: 'INFO',
      sendResolved: true,
      dedupeTtlMs: null,
      quietHours: null,
      repeatIntervalMs: null,
      continue: false,
    });
    const change = (): Partial<Config> => ({
      channels: { mild: { type: 'log' }, urgent: { type: 'log' } },
      routes: [route('urgent', ['P0', 'P1']), route('mild', ['P2', 'P3'])],
    });
    const worker = await startWorker(await open(), { config: await loadTestConfig(change) });
    await repeat(worker, 10, disk);
    expect((await worker.messages()).sort()).toEqual([
      'mild incident.escalated Now P1: disk is full',
      'mild incident.opened P2 disk is full',
      'urgent incident.escalated Now P1: disk is full',
    ]);
  });

  it('raises an alert without an incident, which opens one by its new severity', async () => {
    const worker = await startWorker(await open());
    const slow = { severity: 'P2', title: 'slow' } as const;
    await repeat(worker, 9, slow);
    expect(await incidents(worker)).toEqual([]);
    await repeat(worker, 1, slow);
    expect(await incidents(worker)).toMatchObject([{ severity: 'P1', title: 'slow' }]);
    const alert = await worker.ctx.db.selectFrom('alert').selectAll().executeTakeFirst();
    expect(alert).toMatchObject({ severity: 'P1', status: 'acked', occurrences: 10 });
    const reasons = await worker.ctx.db
      .selectFrom('alert_event')
      .select(['reason', 'note'])
      .where('reason', '=', 'escalated')
      .execute();
    expect(reasons).toEqual([{ reason: 'escalated', note: 'P2 → P1: 10 reports in 60 min, 10 are enough' }]);
    const minutes = await worker.ctx.db.selectFrom('signature_minute').selectAll().execute();
    expect(minutes).toMatchObject([{ occurrences: 10 }]);
  });

  it('looks at nothing where nothing was counted since the last look', async () => {
    const worker = await startWorker(await open());
    await repeat(worker, 12, disk);
    const due = await worker.ctx.db
      .selectFrom('signature_minute')
      .selectAll()
      .where('due_ref', 'is not', null)
      .execute();
    expect(due).toEqual([]);
    expect(await worker.supervisor.tick()).toBe(false);
  });
});
