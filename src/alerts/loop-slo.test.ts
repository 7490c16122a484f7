import { expect, it } from 'vitest';
import { completeReport } from '../../test/reports.ts';
import { describeEachStore } from '../../test/stores.ts';
import { ingest } from './index.ts';
import { judgeLoop } from './loop-slo.ts';
import { countByStatus } from './queries-dashboard.ts';

const figure = (...judged: Parameters<typeof judgeLoop>) =>
  judgeLoop(...judged).map(({ name, value, violated }) => [name, value, violated]);

it('a loop that nothing was asked of keeps its promises', () => {
  expect(figure([], [], 0)).toEqual([
    ['claim_to_ack_p95_seconds', null, false],
    ['failed_rate_pct', 0, false],
    ['processing_stuck_count', 0, false],
  ]);
});

it('each limit is kept up to itself, and broken above', () => {
  const count = { severity: 'P2', live: 0 } as const;
  const counts = (failed: number) => [
    { ...count, status: 'acked' as const, total: 100 - failed },
    { ...count, status: 'dead' as const, total: failed },
  ];
  expect(figure(counts(5), [60_000], 0).map(([, , violated]) => violated)).toEqual([false, false, false]);
  expect(figure(counts(6), [60_001], 1).map(([, , violated]) => violated)).toEqual([true, true, true]);
});

describeEachStore('counting alerts by status', (open) => {
  it('looks at all that came since, or at the newest of them', async () => {
    const { ctx, clock } = await open();
    for (const severity of ['P1', 'P2', 'P2'] as const) {
      await ingest(ctx, [completeReport({ severity, fingerprint: ctx.ids.ulid() })], { dedupeMaxMs: 1e12 });
      await clock.advance(1000);
    }
    const bySeverity = async (newest: number | null) =>
      (await countByStatus(ctx, clock.now() - 60_000, newest))
        .map(({ severity, total }) => [severity, total])
        .sort();
    expect(await bySeverity(null)).toEqual([
      ['P1', 1],
      ['P2', 2],
    ]);
    expect(await bySeverity(2)).toEqual([['P2', 2]]);
  });
});
