import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { startWorker } from '../../test/supervised.ts';
import { claimAlerts } from '../alerts/index.ts';

describeEachStore('a poison alert', (open) => {
  it('is dead after its workers died five times, and is reported once', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const [ref] = await worker.report({ severity: 'P3', title: 'poison' });
    const claim = { owner: 'victim', limit: 1, leaseMs: 1000, windowMs: null, maxAttempts: 5 };
    for (let i = 0; i < 5; i++) {
      expect(await claimAlerts(worker.ctx, claim)).toMatchObject([{ alert_ref: ref }]);
      await harness.clock.advance(1001);
    }
    await worker.settle();
    const reported = () =>
      worker.ctx.db
        .selectFrom('alert')
        .select(['title', 'occurrences'])
        .where('service', '=', 'tocsin')
        .execute();
    expect(await reported()).toEqual([{ title: `Alert ${ref} could not be worked on`, occurrences: 1 }]);
    await harness.clock.advance(60_000);
    await worker.settle();
    expect(await reported()).toMatchObject([{ occurrences: 1 }]);
  });
});
