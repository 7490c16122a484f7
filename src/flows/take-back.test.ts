import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { startWorker } from '../../test/supervised.ts';
import { claimAlerts } from '../alerts/index.ts';
import { createTakingBack } from './take-back.ts';

describeEachStore('what dead workers held', (open) => {
  it('is free again within seconds, though claims take others first', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const takeBack = createTakingBack();
    const claim = { owner: 'victim', limit: 1, leaseMs: 1000, windowMs: null, maxAttempts: 5 };
    const statusOf = async (ref: string | undefined) =>
      worker.ctx.db
        .selectFrom('alert')
        .select(['status', 'attempts'])
        .where('alert_ref', '=', ref ?? '')
        .executeTakeFirst();
    const [mild] = await worker.report({ severity: 'P3', title: 'mild' });
    expect(await takeBack(worker.ctx)).toBe(0);
    await claimAlerts(worker.ctx, claim);
    await worker.report({ severity: 'P1', title: 'severe' }, { severity: 'P1', title: 'severe, too' });
    await harness.clock.advance(4999);
    expect(await claimAlerts(worker.ctx, { ...claim, leaseMs: 60_000 })).toMatchObject([{ severity: 'P1' }]);
    expect(await takeBack(worker.ctx)).toBe(0);
    await harness.clock.advance(1);
    await takeBack(worker.ctx);
    expect(await statusOf(mild)).toEqual({ status: 'new', attempts: 1 });
  });
});
