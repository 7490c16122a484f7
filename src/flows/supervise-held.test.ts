import { expect, it } from 'vitest';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker, type Worker } from '../../test/supervised.ts';
import { actions } from '../actions.ts';
import { claimAlerts, requeueAction } from '../alerts/index.ts';
import type { Config, MaintenanceConfig, SilenceConfig } from '../config/types.ts';
import { runAction } from '../core/action.ts';
import type { FlowCtx } from './context.ts';
import { superviseAlerts } from './supervise-alert.ts';
import { superviseHeld } from './supervise-held.ts';
import { superviseNotifyOnly } from './supervise-notify-only.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const noisy: SilenceConfig = {
  name: 'noisy',
  match: { service: ['api'] },
  startsAt: null,
  endsAt: null,
  comment: null,
};

/** The clock of the tests stands on Sunday, the 1st of March 2026, at 12:00 UTC. */
const noon: MaintenanceConfig = {
  name: 'noon',
  match: { component: ['web'] },
  schedule: { kind: 'cron', cron: '0 14 * * SUN', timezone: 'Europe/Riga', durationMs: hourMs },
  comment: null,
};

async function act<Result>(ctx: FlowCtx, name: string, input: unknown): Promise<Result> {
  const action = actions.find((action) => action.name === name);
  if (!action) throw new Error(`no action ${name}`);
  return (await runAction(action, ctx, input)) as Result;
}

function silenceApi(worker: Worker, rest: object = {}): Promise<{ id: string }> {
  return act(worker.ctx, 'silences.create', { matchers: { service: ['api'] }, duration: '1h', ...rest });
}

function alerts(worker: Worker) {
  return worker.ctx.db.selectFrom('alert').selectAll().orderBy('alert_ref').execute();
}

function incidents(worker: Worker) {
  return worker.ctx.db.selectFrom('incident').selectAll().execute();
}

async function trail(worker: Worker) {
  const rows = await worker.ctx.db.selectFrom('alert_decision').selectAll().orderBy('reason').execute();
  return rows.map(({ reason, rule }) => `${reason} ${rule}`);
}

async function pass(harness: StoreHarness, worker: Worker, delayMs: number): Promise<void> {
  await harness.clock.advance(delayMs);
  await worker.settle();
}

function startWith(harness: StoreHarness, change: Partial<Config>): Promise<Worker> {
  return loadTestConfig(() => change).then((config) => startWorker(harness, { config }));
}

describeEachStore('a silence', (open) => {
  it('keeps matching alerts without incident and message, marked, and lets others through', async () => {
    const worker = await startWorker(await open());
    const { id } = await silenceApi(worker);
    await worker.report(
      {},
      { service: 'web', severity: 'P3', title: 'slow' },
      { severity: 'P3', title: 'slow' },
    );
    await worker.settle();
    const rows = await alerts(worker);
    expect(
      rows.map(({ service, silenced_by, status, announced }) => [service, silenced_by, status, announced]),
    ).toEqual([
      ['api', id, 'acked', 0],
      ['web', null, 'acked', 1],
      ['api', id, 'acked', 0],
    ]);
    expect(await incidents(worker)).toEqual([]);
    expect(await worker.messages()).toEqual(['ops alert.firing P3 slow']);
    expect((await trail(worker)).filter((line) => line.includes('silence'))).toEqual([
      `silenced ${id}`,
      `silenced ${id}`,
    ]);
  });

  it('lets what it held and still fires be told of when its time is over', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const { id } = await silenceApi(worker);
    await worker.report({ dedupeTtlMs: null }, { title: 'gone', dedupeTtlMs: null });
    await worker.settle();
    await worker.report({ title: 'gone', status: 'resolved' });
    await pass(harness, worker, hourMs - 1);
    expect(await worker.messages()).toEqual([]);
    await pass(harness, worker, 1);
    expect(await worker.messages()).toEqual(['ops incident.opened P1 api is down']);
    const [held, gone] = await alerts(worker);
    expect(held).toMatchObject({ silenced_by: null, status: 'acked', announced: 1 });
    expect(gone).toMatchObject({ silenced_by: id, announced: 0 });
    expect(await trail(worker)).toContain(`silence_ended ${id}`);
    const events = await worker.ctx.db
      .selectFrom('alert_event')
      .select(['from_status', 'to_status', 'note'])
      .where('reason', '=', 'silence_ended')
      .execute();
    expect(events).toEqual([{ from_status: 'acked', to_status: 'new', note: `held by ${id}` }]);
  });

  it('that is ended by hand lets its alerts go at once, and only once', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const { id } = await silenceApi(worker);
    await worker.report({});
    await worker.settle();
    await act(worker.ctx, 'silences.expire', { id });
    await pass(harness, worker, 1000);
    await pass(harness, worker, 1000);
    expect(await worker.messages()).toEqual(['ops incident.opened P1 api is down']);
  });

  it('passes on the end of what was announced before it began', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({}, { severity: 'P3', title: 'slow' });
    await worker.settle();
    await silenceApi(worker);
    await worker.report({ status: 'resolved' }, { title: 'slow', status: 'resolved' });
    await pass(harness, worker, 2 * minuteMs);
    expect((await worker.messages()).map((text) => text.split(' ')[1])).toEqual([
      'incident.opened',
      'alert.firing',
      'alert.resolved',
      'incident.resolved',
    ]);
  });

  it('keeps an announced alert that becomes worse to itself, and tells of it afterwards', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({ dedupeTtlMs: null });
    await worker.settle();
    const { id } = await silenceApi(worker);
    await worker.report({ severity: 'P0', dedupeTtlMs: null });
    await worker.settle();
    expect(await worker.messages()).toHaveLength(1);
    expect(await alerts(worker)).toMatchObject([{ silenced_by: id, incident_id: expect.any(String) }]);
    await pass(harness, worker, hourMs);
    expect(await worker.messages()).toEqual([
      'ops incident.opened P1 api is down',
      'ops incident.escalated Now P0: api is down',
    ]);
  });

  it('that begins later holds nothing before', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await silenceApi(worker, { starts_at: '2026-03-01T12:10:00Z' });
    await worker.report({});
    await worker.settle();
    await pass(harness, worker, 10 * minuteMs);
    await worker.report({ title: 'another' });
    await worker.settle();
    expect((await alerts(worker)).map(({ silenced_by }) => silenced_by !== null)).toEqual([false, true]);
  });

  it('hands over what another one holds when it ends', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await silenceApi(worker);
    const longer = await silenceApi(worker, { duration: '2h' });
    await worker.report({ dedupeTtlMs: null });
    await worker.settle();
    await pass(harness, worker, hourMs);
    expect(await alerts(worker)).toMatchObject([{ silenced_by: longer.id, status: 'acked' }]);
    expect(await worker.messages()).toEqual([]);
    await pass(harness, worker, hourMs);
    expect(await worker.messages()).toHaveLength(1);
  });

  it('holds again what is put back in the queue by hand', async () => {
    const worker = await startWorker(await open());
    await silenceApi(worker);
    const [ref] = await worker.report({});
    await worker.settle();
    await requeueAction.run(worker.ctx, { alert_ref: ref ?? '' });
    await worker.settle();
    expect(await alerts(worker)).toMatchObject([{ status: 'acked', announced: 0 }]);
  });

  it('is no obstacle to an incident that a person makes of an alert', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await silenceApi(worker);
    const [ref] = await worker.report({ dedupeTtlMs: null });
    await worker.settle();
    await act(worker.ctx, 'alerts.incident', { alert_ref: ref });
    await pass(harness, worker, hourMs);
    expect(await worker.messages()).toEqual(['ops incident.opened P1 api is down']);
    expect(await alerts(worker)).toMatchObject([{ silenced_by: null }]);
  });

  it('of the file lets its alerts go when a reload takes it out, or makes it match others', async () => {
    const harness = await open();
    for (const after of [[], [{ ...noisy, match: { service: ['web'] } }]]) {
      const worker = await startWith(harness, { silences: [noisy] });
      const title = `fails ${after.length === 0 ? 'first' : 'then'}`;
      await worker.report({ service: 'api', severity: 'P3', title });
      await worker.settle();
      expect((await alerts(worker)).at(-1)).toMatchObject({ silenced_by: 'silence:noisy', announced: 0 });
      Object.assign(worker.ctx, { config: { ...worker.ctx.config, silences: after } });
      await pass(harness, worker, 1000);
      expect((await worker.messages()).at(-1)).toBe(`ops alert.firing P3 ${title}`);
    }
  });
});

const claim = { owner: 'other', limit: 25, leaseMs: minuteMs, windowMs: null, maxAttempts: 5 };

describeEachStore('a silence that comes while a worker has the alert', (open) => {
  it('holds it as long as nothing was written of it', async () => {
    const worker = await startWorker(await open());
    await worker.report({}, { severity: 'P3', title: 'slow' });
    const [urgent, mild] = await claimAlerts(worker.ctx, claim);
    const { id } = await silenceApi(worker);
    if (!urgent || !mild) throw new Error('not claimed');
    const allowance = { incidents: 1, triages: 1 };
    expect(await superviseAlerts(worker.ctx, [urgent], allowance)).toMatchObject([{ outcome: 'held' }]);
    await superviseNotifyOnly(worker.ctx, [mild]);
    expect(await alerts(worker)).toMatchObject(Array(2).fill({ silenced_by: id, status: 'acked' }));
    expect(await worker.messages()).toEqual([]);
  });

  it('and goes again gives it back at once, without an attempt counted', async () => {
    const worker = await startWorker(await open());
    await worker.report({}, { title: 'over' });
    const claimed = await claimAlerts(worker.ctx, claim);
    await worker.report({ title: 'over', status: 'resolved' });
    await superviseHeld(worker.ctx, claimed);
    expect(await alerts(worker)).toMatchObject([
      { status: 'new', attempts: 0, silenced_by: null },
      { status: 'acked', silenced_by: null },
    ]);
    await worker.settle();
    expect(await worker.messages()).toHaveLength(1);
  });
});

describeEachStore('maintenance', (open) => {
  it('holds alerts of its components for its duration, and of nothing else', async () => {
    const harness = await open();
    const worker = await startWith(harness, { maintenance: [noon] });
    const web = { service: 'web', severity: 'P3', title: 'web', labels: { component: 'web' } } as const;
    await worker.report({ ...web, dedupeTtlMs: null }, { severity: 'P3', title: 'api' });
    await worker.settle();
    expect(await worker.messages()).toEqual(['ops alert.firing P3 api']);
    await pass(harness, worker, hourMs - 1);
    expect(await worker.messages()).toHaveLength(1);
    await pass(harness, worker, 1);
    expect(await worker.messages()).toEqual(['ops alert.firing P3 api', 'ops alert.firing P3 web']);
  });
});
