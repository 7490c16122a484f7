import { expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { completeReport } from '../../test/reports.ts';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { expectTrueCounts } from '../../test/true-counts.ts';
import { createIds } from '../core/ids.ts';
import type { Severity } from '../core/severity.ts';
import { insertMany } from '../store/index.ts';
import { ingest } from './index.ts';
import { noteBlocks } from './note-blocks.ts';
import { countAlerts } from './queries-count.ts';

const minuteMs = 60_000;
const policy = { dedupeMaxMs: 1e12 };
const small = { alertsPerBlock: 3, changesAtOnce: 2, recountsAtOnce: 2 };

describeEachStore('counts of alerts by blocks', (open) => {
  it('are true again after a day where something was written long after its time', async () => {
    const harness = await open();
    const { ctx, clock } = harness;
    for (let i = 0; i < 10; i++) {
      await ingest(ctx, [completeReport({ fingerprint: `k${i}` })], policy);
      await clock.advance(minuteMs);
    }
    const noteAll = async () => {
      while (await noteBlocks(ctx, small));
    };
    const end = (which: number, at: number) =>
      ctx.db.updateTable('alert').set({ ended_at: at }).where('fingerprint', '=', `k${which}`).execute();
    await end(3, clock.now() - 3 * minuteMs);
    await noteAll();
    await expectTrueCounts(harness, [1e10]);
    await end(1, clock.now() - 5 * minuteMs);
    await ctx.db.updateTable('alert').set({ severity: 'INFO' }).where('fingerprint', '=', 'k0').execute();
    await noteAll();
    await expect(expectTrueCounts(harness, [1e10])).rejects.toThrow();
    await clock.advance(86_400_000);
    await noteAll();
    await expectTrueCounts(harness, [1e10]);
  });

  const reportMany = (ctx: StoreHarness['ctx'], names: readonly string[], severity: Severity = 'P2') =>
    ingest(
      ctx,
      names.map((fingerprint) => completeReport({ fingerprint, severity })),
      policy,
    );
  const namesOf = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

  it('are true however many blocks hold alerts that became more severe', async () => {
    const harness = await open();
    const { ctx, clock } = harness;
    const names = namesOf('k', 601);
    await reportMany(ctx, names);
    await clock.advance(10 * minuteMs);
    await noteBlocks(ctx, small);
    await ctx.db.deleteFrom('alert_block').execute();
    const rows = await ctx.db.selectFrom('alert').select('alert_ref').orderBy('alert_ref').execute();
    const refs = rows.map((row) => row.alert_ref);
    const counted = { p0: 0, p1: 0, p2: 1, p3: 0, info: 0, ended: 0, due_at: 1e15 };
    const blocks = refs.slice(1).map((to_ref, i) => ({ from_ref: refs[i] ?? '', to_ref, ...counted }));
    await insertMany(ctx, 'alert_block', blocks);
    await expectTrueCounts(harness, [1e10]);
    await reportMany(ctx, names, 'P0');
    await expectTrueCounts(harness, [1e10]);
  });

  it('are true while blocks with alerts that became more severe are counted anew, so many a round', async () => {
    const harness = await open();
    const { ctx, clock } = harness;
    const names = namesOf('k', 16);
    await reportMany(ctx, names);
    await clock.advance(3 * minuteMs);
    for (let i = 0; i < 6; i++) await noteBlocks(ctx, small);
    await reportMany(ctx, names, 'P0');
    await clock.advance(3 * minuteMs);
    const uncounted = () => ctx.db.selectFrom('alert_block').select('p0').where('due_at', '=', 0).execute();
    for (const left of [3, 1, 0]) {
      await noteBlocks(ctx, small);
      expect(await uncounted()).toHaveLength(left);
      await expectTrueCounts(harness, [1e10]);
    }
  });

  it('are never less than nothing, and true again soon, where a process with a clock behind makes alerts', async () => {
    const harness = await open();
    const { ctx, clock } = harness;
    const late = createTestClock(clock.now());
    await reportMany(ctx, namesOf('first', 2));
    await clock.advance(10 * minuteMs);
    await reportMany(ctx, namesOf('k', 5));
    await clock.advance(5 * minuteMs);
    for (let i = 0; i < 5; i++) await noteBlocks(ctx, small);
    await late.advance(minuteMs);
    await reportMany({ ...ctx, clock: late, ids: createIds(late) }, namesOf('late', 15));
    const { total, live, byStatus } = await countAlerts(ctx, 0);
    expect({ total, live, byStatus }).toMatchObject({
      total: 22,
      live: 22,
      byStatus: { new: 22, acked: 0 },
    });
    await clock.advance(15 * minuteMs);
    while (await noteBlocks(ctx, small));
    await expectTrueCounts(harness, [1e10]);
  });
});
