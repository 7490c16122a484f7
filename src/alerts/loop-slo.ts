import type { Ctx } from '../store/index.ts';
import { type AlertCounts, countAlerts } from './queries-count.ts';
import { countStuck, selectWaits } from './queries-dashboard.ts';

export const stuckAfterMs = 15 * 60_000;

/** What the loop promises of itself; a figure above is a violation. */
const promises = { claim_to_ack_p95_seconds: 60, failed_rate_pct: 5, processing_stuck_count: 0 };

export type LoopFigure = keyof typeof promises;

/** How the alert loop keeps its promises: one of its figures, null where nothing was measured, and its limit. */
export type LoopState = readonly {
  name: LoopFigure;
  value: number | null;
  limit: number;
  violated: boolean;
}[];

/** Measures the alert loop over a time up to now. */
export async function measureLoop(ctx: Ctx, windowMs: number): Promise<LoopState> {
  const nowMs = ctx.clock.now();
  const [{ byStatus }, waits, stuck] = await Promise.all([
    countAlerts(ctx, nowMs - windowMs),
    selectWaits(ctx, nowMs - windowMs),
    countStuck(ctx, nowMs - stuckAfterMs),
  ]);
  return judgeLoop(byStatus, waits, stuck);
}

/** Answers how the loop keeps its promises, by what was counted of it. */
export function judgeLoop(
  byStatus: AlertCounts['byStatus'],
  waitsMs: readonly number[],
  stuck: number,
): LoopState {
  const failed = byStatus.failed + byStatus.dead;
  const worked = failed + byStatus.processing + byStatus.acked;
  const p95Ms = percentile(waitsMs, 0.95);
  const values: Record<LoopFigure, number | null> = {
    claim_to_ack_p95_seconds: p95Ms === null ? null : p95Ms / 1000,
    failed_rate_pct: worked === 0 ? 0 : (100 * failed) / worked,
    processing_stuck_count: stuck,
  };
  return (Object.keys(promises) as LoopFigure[]).map((name) => ({
    name,
    value: values[name],
    limit: promises[name],
    violated: (values[name] ?? 0) > promises[name],
  }));
}

function percentile(values: readonly number[], ratio: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * ratio) - 1] ?? null;
}
