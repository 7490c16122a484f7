import { expect, it } from 'vitest';
import { run } from '../../test/acting.ts';
import { describeEachStore } from '../../test/stores.ts';
import { loadTestConfig, startWorker, type Worker } from '../../test/supervised.ts';
import { createActor } from '../access/index.ts';
import { recordDeployment } from '../deployments/index.ts';
import type { Database } from '../store/index.ts';
import { applyRetention, createRetention, runRetention } from './retention.ts';
import { alertWhy } from './why.ts';

const dayMs = 86_400_000;
const admin = createActor('an operator', 'admin');
const nothing = {
  alerts: 0,
  runs: 0,
  notifications: 0,
  silences: 0,
  sources: 0,
  deployments: 0,
  triages: 0,
  generated_summaries: 0,
  signatures: 0,
  signature_minutes: 0,
  services: 0,
  webhook_deliveries: 0,
  check_history: 0,
  component_changes: 0,
  component_maintenance: 0,
  artifacts: 0,
  artifact_bytes: 0,
};

async function countRows(worker: Worker, table: keyof Database): Promise<number> {
  return (await worker.ctx.db.selectFrom(table).selectAll().execute()).length;
}

function deliverAll(worker: Worker) {
  return worker.ctx.db.updateTable('notification').set({ status: 'delivered' }).execute();
}

describeEachStore('the retention', (open) => {
  it('removes what ended and was told long ago, and nothing that is live', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({ severity: 'P3', title: 'over' });
    await worker.report({ severity: 'P3', title: 'still there', dedupeTtlMs: null, service: 'db' });
    await worker.settle();
    await worker.report({ severity: 'P3', title: 'over', status: 'resolved' });
    await worker.settle();
    await deliverAll(worker);
    await harness.clock.advance(91 * dayMs);

    const expected = { ...nothing, alerts: 1, notifications: 2, sources: 1, signature_minutes: 2 };
    expect(await applyRetention(worker.ctx, true)).toEqual(expected);
    expect(await createRetention(worker.ctx).tick()).toBe(true);
    expect(await createRetention(worker.ctx).tick()).toBe(false);

    const alerts = await worker.ctx.db.selectFrom('alert').select('title').execute();
    expect(alerts).toEqual([{ title: 'still there' }]);
    const events = await worker.ctx.db.selectFrom('alert_event').select('alert_ref').distinct().execute();
    expect(events).toHaveLength(1);
    expect(await countRows(worker, 'alert_decision')).toBe(2);
    // Who heard of its beginning is to hear its end.
    await worker.report({ severity: 'P3', title: 'still there', service: 'db', status: 'resolved' });
    await worker.settle();
    expect((await worker.messages()).map((line) => line.split(' ')[1])).toEqual([
      'alert.firing',
      'alert.resolved',
    ]);
  });

  it('keeps messages that still wait to be sent, however old', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({ severity: 'P3', title: 'slow' });
    await worker.settle();
    await harness.clock.advance(91 * dayMs);
    await applyRetention(worker.ctx, false);
    expect(await worker.ctx.db.selectFrom('notification').select('status').execute()).toEqual([
      { status: 'pending' },
    ]);
  });

  it('forgets what hangs on alerts that are gone, and not what an open incident stands for', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({ service: 'gone' }, { service: 'stays', dedupeTtlMs: null });
    await worker.settle();
    await worker.report({ service: 'gone', status: 'resolved' });
    await harness.clock.advance(2 * 60_000);
    await worker.settle();
    await harness.clock.advance(100 * dayMs);
    await deliverAll(worker);
    const removed = await applyRetention(worker.ctx, false);
    expect(removed).toMatchObject({ alerts: 1, triages: 2, signatures: 1, services: 1 });
    const states = await worker.ctx.db.selectFrom('signature_state').select('signature').execute();
    const held = await worker.ctx.db
      .selectFrom('incident_signature')
      .select('signature')
      .where('ended_at', 'is', null)
      .execute();
    expect(states).toEqual(held);
    expect(await worker.ctx.db.selectFrom('service_lock').selectAll().execute()).toEqual([
      { service: 'stays', env: 'prod' },
    ]);
    expect(await countRows(worker, 'incident')).toBe(2);
  });

  it('lets why answer of what is kept: of an incident whose alerts are gone, and of an alert without messages', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({ service: 'gone' });
    const [ref] = await worker.report({ service: 'stays', severity: 'P3', dedupeTtlMs: null });
    await worker.settle();
    await worker.report({ service: 'gone', status: 'resolved' });
    await harness.clock.advance(2 * 60_000);
    await worker.settle();
    await deliverAll(worker);
    await harness.clock.advance(100 * dayMs);
    await applyRetention(worker.ctx, false);
    await worker.ctx.db.deleteFrom('notification').execute();
    const why = (name: unknown) => run(worker, alertWhy, { alert_ref: name }, admin);
    expect((await why('INC-1')).answer).toContain(
      'People were told: a message of its end was written for ops.',
    );
    expect((await why(ref)).answer).toContain('People were told: a message was written: all → ops.');
  });

  it('keeps the last deployment of each service, and the senders that are expected', async () => {
    const harness = await open();
    const config = await loadTestConfig(() => ({ sources: { 'expected@node': 60_000 } }));
    const worker = await startWorker(harness, { config });
    for (const version of ['1', '2', '3'])
      await run(worker, recordDeployment, { service: 'api', version, env: 'prod' }, admin);
    await run(worker, recordDeployment, { service: 'web', version: '1', env: 'prod' }, admin);
    await worker.report(
      { source: 'expected@node', status: 'resolved' },
      { source: 'once@node', status: 'resolved' },
    );
    await harness.clock.advance(91 * dayMs);
    expect(await run(worker, runRetention, { dry_run: true }, admin)).toMatchObject({
      dry_run: true,
      deployments: 2,
      sources: 1,
    });
    expect(await run(worker, runRetention, {}, admin)).toMatchObject({ deployments: 2, sources: 1 });
    const left = await worker.ctx.db
      .selectFrom('deployment')
      .select(['service', 'version'])
      .orderBy('service')
      .execute();
    expect(left).toEqual([
      { service: 'api', version: '3' },
      { service: 'web', version: '1' },
    ]);
    expect(await worker.ctx.db.selectFrom('alert_source').select('source').execute()).toEqual([
      { source: 'expected@node' },
    ]);
  });

  it('goes on behind what it leaves, lot after lot', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const sources = Array.from({ length: 1100 }, (_, i) => `${String(i).padStart(4, '0')}@node`);
    await worker.report(...sources.map((source) => ({ source, title: source, status: 'resolved' as const })));
    await harness.clock.advance(91 * dayMs);
    await worker.report({ source: '0300@node', status: 'resolved' });
    expect(await applyRetention(worker.ctx, false)).toMatchObject({ sources: 1099 });
  });
});
