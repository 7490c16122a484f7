import { expect, it } from 'vitest';
import { completeReport } from '../../test/reports.ts';
import { openInMemory } from '../../test/stores.ts';
import { startWorker } from '../../test/supervised.ts';
import { ingest } from '../alerts/index.ts';
import { createBlockNotes } from './note-blocks.ts';

it('a stop waits for one block to be counted, not for all that there are', async () => {
  const harness = await openInMemory();
  const { ctx } = await startWorker(harness);
  const reports = Array.from({ length: 3001 }, (_, i) => completeReport({ fingerprint: `k${i}` }));
  await ingest(ctx, reports, { dedupeMaxMs: 1e12 });
  await harness.clock.advance(10 * 60_000);
  const countBlocks = async () =>
    (await ctx.db.selectFrom('alert_block').select('from_ref').execute()).length;

  const stopped = createBlockNotes(ctx);
  stopped.start();
  await harness.clock.advance(5_000);
  await stopped.stop();
  expect(await countBlocks()).toBe(1);
});
