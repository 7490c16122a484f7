import { expect, it } from 'vitest';
import { completeReport } from '../../test/reports.ts';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import type { Ctx } from '../store/index.ts';
import { ingest } from './ingest.ts';
import { noteBlocks } from './note-blocks.ts';
import { findNotedUntil } from './queries-notes.ts';
import { selectAlerts } from './queries-page.ts';
import { expiredAlerts } from './queries-retention.ts';
import { searchAlerts } from './queries-search.ts';
import type { AlertFilters } from './types.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const narrow = { looks: [2, 5], notes: 2 };
const small = { alertsPerBlock: 4, changesAtOnce: 2, recountsAtOnce: 3 };

/** Forty alerts over twenty hours: one source and one kind in ten are rare. */
async function tell({ ctx, clock }: StoreHarness): Promise<void> {
  for (let i = 0; i < 40; i++) {
    const isRare = i % 10 === 3;
    const report = completeReport({
      title: `alert ${String.fromCharCode(97 + (i % 26)).repeat(1 + i / 26)}`,
      fingerprint: String(i),
      source: isRare ? 'attic' : `node${i % 2}`,
      kind: isRare ? 'security' : 'latency',
      severity: i % 4 === 0 ? 'P3' : 'P1',
    });
    await ingest(ctx, [report], { dedupeMaxMs: 24 * hourMs });
    await clock.advance(30 * minuteMs);
  }
}

async function noteAll(ctx: Ctx): Promise<void> {
  while (await noteBlocks(ctx, small));
}

type Bounds = NonNullable<Parameters<typeof searchAlerts>[3]>;

/** Goes from page to page, and answers how many there were too. */
async function readAll(ctx: Ctx, filters: AlertFilters, bounds?: Bounds) {
  const refs: string[] = [];
  let pages = 0;
  for (let afterRef: string | null = null; ; ) {
    const { rows, stoppedAt } = await searchAlerts(ctx, filters, { afterRef, limit: 4 }, bounds);
    pages++;
    refs.push(...rows.slice(0, 3).map((row) => row.alert_ref));
    afterRef = rows.length > 3 ? (rows[2]?.alert_ref ?? null) : stoppedAt;
    if (afterRef === null) return { refs, pages };
  }
}

describeEachStore('a search for alerts', (open) => {
  const filters: [string, AlertFilters][] = [
    ['a rare source', { source: 'attic' }],
    ['a common source', { source: 'node0' }],
    ['a rare kind', { kindIn: ['security'] }],
    ['several kinds', { kindIn: ['security', 'latency'] }],
    ['a source and a severity', { source: 'attic', severityIn: ['P3'] }],
    ['a text', { q: 'alert B' }],
    ['a text of nothing', { q: 'nowhere' }],
    ['what ended', { state: 'resolved' }],
    ['an end of time', { toMs: Date.parse('2026-03-01T20:10:00Z') }],
    ['all', {}],
  ];
  it('finds the same with notes, without, and behind them, in however small pieces', async () => {
    const harness = await open();
    const { ctx } = harness;
    const compare = async (when: string) => {
      for (const [name, filter] of filters) {
        const all = await selectAlerts(ctx, filter, { afterRef: null, limit: 100 });
        const refs = all.map((row) => row.alert_ref);
        expect((await readAll(ctx, filter)).refs, `${name}, ${when}`).toEqual(refs);
        expect((await readAll(ctx, filter, narrow)).refs, `${name}, ${when}, piece by piece`).toEqual(refs);
      }
    };
    await tell(harness);
    await compare('without notes');
    await noteAll(ctx);
    await tell(harness);
    await compare('behind notes');
    await noteAll(ctx);
    await compare('with notes');
  });

  it('finds a rare source in one answer by notes, where it would stop on its way without', async () => {
    const harness = await open();
    await tell(harness);
    const bounds = { looks: [2, 5], notes: 4 };
    expect((await readAll(harness.ctx, { source: 'attic' }, bounds)).pages).toBeGreaterThan(4);
    await noteAll(harness.ctx);
    expect((await readAll(harness.ctx, { source: 'attic' }, bounds)).pages).toBe(2);
  });
});

describeEachStore('notes of blocks', (open) => {
  it('are made of what has settled, and again for alerts of a clock that went back', async () => {
    const harness = await open();
    const { ctx, clock } = harness;
    expect(await noteBlocks(ctx, small)).toBe(false);
    await tell(harness);
    await noteAll(ctx);
    const until = await findNotedUntil(ctx);
    const [middle] = (await readAll(ctx, {})).refs.slice(30);
    expect(until).toBe((await readAll(ctx, {})).refs[3]);
    // Of the same millisecond, and the last that can be: none that was drawn is like it.
    const ids = {
      ...ctx.ids,
      ulid: () => `${middle?.slice('alrt_'.length, 'alrt_'.length + 10)}${'Z'.repeat(16)}`,
    };
    await ingest({ ...ctx, ids }, [completeReport({ source: 'late', title: 'late' })], { dedupeMaxMs: 0 });
    expect((await readAll(ctx, { source: 'late' })).refs).toEqual([]);
    await clock.advance(24 * hourMs);
    await noteAll(ctx);
    expect((await readAll(ctx, { source: 'late' })).refs).toHaveLength(1);
  });

  it('go with the last alert of their block, and tell what is left of it', async () => {
    const harness = await open();
    const { ctx, clock } = harness;
    await tell(harness);
    await noteAll(ctx);
    await ctx.db.updateTable('alert').set({ ended_at: 1 }).where('source', '=', 'node0').execute();
    await ctx.db.updateTable('alert').set({ ended_at: 1 }).where('source', '=', 'node1').execute();
    const count = () => ctx.db.selectFrom('alert_note').select('value').distinct().orderBy('value').execute();
    expect((await count()).length).toBeGreaterThan(3);
    expect(await expiredAlerts(ctx, clock.now()).remove()).toBe(36);
    expect(await count()).toEqual([{ value: 'attic' }, { value: 'security' }]);
    expect(await ctx.db.selectFrom('alert_block').select('from_ref').execute()).toHaveLength(4);
  });
});
