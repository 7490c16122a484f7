import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { startWorker, type Worker } from '../../test/supervised.ts';
import { superviseNotifyOnly } from './supervise-notify-only.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function alerts(worker: Worker) {
  return worker.ctx.db.selectFrom('alert').selectAll().orderBy('alert_ref').execute();
}

function incidents(worker: Worker) {
  return worker.ctx.db.selectFrom('incident').selectAll().orderBy('number').execute();
}

describeEachStore('a mild alert that takes the place of a severe one past its TTL', (open) => {
  it.each([
    ['within the window', 31 * minuteMs],
    ['past it', 24 * hourMs],
  ])('joins the open incident %s, and says nothing by itself', async (_, delayMs) => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({});
    await worker.settle();
    await harness.clock.advance(delayMs);
    await worker.report({ severity: 'P3' });
    await worker.settle();
    const [incident] = await incidents(worker);
    expect(await alerts(worker)).toMatchObject([
      { severity: 'P1' },
      { severity: 'P3', status: 'acked', announced: 1, incident_id: incident?.incident_id },
    ]);
    await worker.report({ status: 'resolved' });
    await worker.settle();
    await harness.clock.advance(5 * minuteMs);
    await worker.settle();
    expect(await incidents(worker)).toMatchObject([{ status: 'resolved' }]);
    expect(await worker.messages()).toEqual([
      'ops incident.opened P1 api is down',
      expect.stringContaining('ops incident.resolved'),
    ]);
  });

  it('is given back where it became part of an open incident while it was worked on', async () => {
    const worker = await startWorker(await open());
    await worker.report({});
    await worker.settle();
    const held = { status: 'processing', lease_token: 'held', severity: 'P3' } as const;
    await worker.ctx.db.updateTable('alert').set(held).execute();
    await superviseNotifyOnly(worker.ctx, await alerts(worker));
    expect(await alerts(worker)).toMatchObject([{ status: 'new' }]);
    await worker.settle();
    expect(await alerts(worker)).toMatchObject([{ status: 'acked', incident_id: expect.any(String) }]);
    expect(await worker.messages()).toEqual(['ops incident.opened P1 api is down']);
  });

  it('leaves an incident that is over, so that its beginning and its end are told', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({});
    await worker.settle();
    const over = { status: 'resolved', resolved_at: harness.clock.now() } as const;
    await worker.ctx.db.updateTable('incident').set(over).execute();
    await worker.ctx.db.updateTable('incident_signature').set({ ended_at: harness.clock.now() }).execute();
    await harness.clock.advance(31 * minuteMs);
    await worker.report({ severity: 'P3' });
    await worker.settle();
    await worker.report({ status: 'resolved' });
    await worker.settle();
    expect((await alerts(worker)).at(-1)).toMatchObject({ incident_id: null, announced: 2 });
    expect((await worker.messages()).slice(1)).toEqual([
      'ops alert.firing P3 api is down',
      expect.stringContaining('ops alert.resolved'),
    ]);
  });
});
