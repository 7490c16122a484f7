import { expect, test } from 'vitest';
import { openInMemory } from '../../test/stores.ts';
import { startWorker } from '../../test/supervised.ts';
import { takeLease } from '../health/index.ts';
import { checksLease } from './health-record.ts';
import { workAlone } from './work-alone.ts';

async function open() {
  const worker = await startWorker(await openInMemory());
  await worker.report({ severity: 'P1', title: 'down' });
  const statuses = async () =>
    (await worker.ctx.db.selectFrom('notification').select('status').execute()).map(({ status }) => status);
  return { ctx: worker.ctx, statuses };
}

test('a process alone makes incidents of alerts, and sends what is to be sent', async () => {
  const { ctx, statuses } = await open();
  await workAlone(ctx, 'here');
  expect(await statuses()).toEqual(['delivered']);
});

test('a process beside one that goes on leaves the work to that one', async () => {
  const { ctx, statuses } = await open();
  await takeLease(ctx, { name: checksLease, holder: 'there', token: 't', leaseMs: 15_000 });
  await workAlone(ctx, 'here');
  expect(await statuses()).toEqual([]);
});
