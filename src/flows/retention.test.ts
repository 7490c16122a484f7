import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { startWorker } from '../../test/supervised.ts';
import { applyRetention, createRetention } from './retention.ts';

const dayMs = 86_400_000;

describeEachStore('the retention', (open) => {
  it('removes what ended and was told long ago, and nothing that is live', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({ severity: 'P3', title: 'over' });
    await worker.report({ severity: 'P3', title: 'still there', dedupeTtlMs: null });
    await worker.settle();
    await worker.report({ severity: 'P3', title: 'over', status: 'resolved' });
    await worker.settle();
    await worker.ctx.db.updateTable('notification').set({ status: 'delivered' }).execute();
    await harness.clock.advance(91 * dayMs);

    expect(await applyRetention(worker.ctx, true)).toEqual({ alerts: 1, runs: 0, notifications: 3 });
    expect(await createRetention(worker.ctx).tick()).toBe(true);
    expect(await createRetention(worker.ctx).tick()).toBe(false);

    const alerts = await worker.ctx.db.selectFrom('alert').select('title').execute();
    expect(alerts).toEqual([{ title: 'still there' }]);
    const events = await worker.ctx.db.selectFrom('alert_event').select('alert_ref').distinct().execute();
    expect(events).toHaveLength(1);
    expect(await worker.ctx.db.selectFrom('notification').selectAll().execute()).toEqual([]);
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
});
