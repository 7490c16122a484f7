import { expect, test } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { startWorker } from '../../test/supervised.ts';

describeEachStore('what a message says of the time of its report', (open) => {
  const stored = async (worker: Awaited<ReturnType<typeof startWorker>>) => {
    const rows = await worker.ctx.db
      .selectFrom('notification')
      .select('payload')
      .orderBy('notification_id')
      .execute();
    return rows.map(({ payload }) => (JSON.parse(payload) as { expectedAt?: number }).expectedAt);
  };

  test.each(['P0', 'P3'] as const)(
    'the first word of a %s counts from when the report came in',
    async (severity) => {
      const harness = await open();
      const worker = await startWorker(harness);
      const heardAt = harness.clock.now();
      await worker.report({ severity });
      await harness.clock.advance(2000);
      await worker.settle();
      expect(await stored(worker)).toEqual([heardAt]);
    },
  );

  test('a later word of it has no such time', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({ severity: 'P3' });
    await worker.settle();
    await worker.report({ severity: 'P2' });
    await worker.settle();
    expect(await stored(worker)).toEqual([harness.clock.now(), undefined]);
  });
});
