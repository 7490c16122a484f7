import { expect, it } from 'vitest';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { startWorker, type Worker } from '../../test/supervised.ts';
import { claimAlerts, requeueAction, retryAction } from '../alerts/index.ts';

/** Reports an alert whose workers die in every attempt; answers its reference. */
async function die(worker: Worker, { clock }: StoreHarness): Promise<string> {
  const [alertRef = ''] = await worker.report({ severity: 'P3', title: 'poison' });
  const claim = { owner: 'victim', limit: 1, leaseMs: 1000, windowMs: null, maxAttempts: 5 };
  for (let i = 0; i < 5; i++) {
    expect(await claimAlerts(worker.ctx, claim)).toMatchObject([{ alert_ref: alertRef }]);
    await clock.advance(1001);
  }
  return alertRef;
}

describeEachStore('a poison alert', (open) => {
  it('is dead after its workers died five times, and is reported once', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const ref = await die(worker, harness);
    await worker.settle();
    const reported = () =>
      worker.ctx.db
        .selectFrom('alert')
        .select(['title', 'occurrences'])
        .where('service', '=', 'tocsin')
        .execute();
    expect(await reported()).toEqual([{ title: `Alert ${ref} could not be worked on`, occurrences: 1 }]);
    await harness.clock.advance(60_000);
    await worker.report({ severity: 'P3', title: 'poison' }, { severity: 'P2', title: 'poison' });
    await worker.settle();
    expect(await reported()).toMatchObject([{ occurrences: 1 }]);
  });

  it.each(['is retried', 'ends'])(
    'is reported over when it %s, and again when it dies again',
    async (way) => {
      const harness = await open();
      const worker = await startWorker(harness);
      const told = async () =>
        (await worker.messages()).filter((line) => line.includes('could not be worked on')).length;
      const ref = await die(worker, harness);
      await worker.settle();
      expect(await told()).toBe(1);
      if (way === 'ends') await worker.report({ severity: 'P3', title: 'poison', status: 'resolved' });
      else await retryAction.run(worker.ctx, { alert_ref: ref });
      await worker.settle();
      const ended = { ended_at: harness.clock.now(), announced: 2 };
      const own = () =>
        worker.ctx.db.selectFrom('alert').selectAll().where('service', '=', 'tocsin').orderBy('alert_ref');
      expect(await own().execute()).toMatchObject([ended]);
      expect(await told()).toBe(2);
      await harness.clock.advance(1);
      if (way === 'is retried') await requeueAction.run(worker.ctx, { alert_ref: ref });
      await die(worker, harness);
      await worker.settle();
      expect(await own().execute()).toMatchObject([ended, { ended_at: null }]);
    },
  );

  it('is not reported where it ended before anybody looked', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await die(worker, harness);
    await worker.report({ severity: 'P3', title: 'poison', status: 'resolved' });
    await worker.settle();
    expect(await worker.messages()).toEqual([]);
  });
});
