import { expect, it } from 'vitest';
import { judgeLoop } from './loop-slo.ts';

const figure = (...judged: Parameters<typeof judgeLoop>) =>
  judgeLoop(...judged).map(({ name, value, violated }) => [name, value, violated]);

const counts = (acked: number, dead: number) => ({ new: 0, processing: 0, acked, failed: 0, dead });

it('a loop that nothing was asked of keeps its promises', () => {
  expect(figure(counts(0, 0), [], 0)).toEqual([
    ['claim_to_ack_p95_seconds', null, false],
    ['failed_rate_pct', 0, false],
    ['processing_stuck_count', 0, false],
  ]);
});

it('each limit is kept up to itself, and broken above', () => {
  expect(figure(counts(95, 5), [60_000], 0).map(([, , violated]) => violated)).toEqual([false, false, false]);
  expect(figure(counts(94, 6), [60_001], 1).map(([, , violated]) => violated)).toEqual([true, true, true]);
});
