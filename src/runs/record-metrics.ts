import { AppError } from '../core/errors.ts';
import { type Ctx, inTransaction, type RunMetricRow, type RunRow } from '../store/index.ts';
import { countMetrics, insertBatch, insertMetrics } from './queries-metric.ts';

/** A run that records more has lost its way. */
const mostMetrics = 1000;

/** A number of a run; `recordedAt` null: now. */
export type GivenMetric = { name: string; value: number; recordedAt: number | null };

/** What Tocsin itself records of every run. */
export const ownMetricNames = ['duration_ms', 'exit_code'] as const;

/**
 * Records metrics of a run, all of them or none, and answers how many: 0 where their batch was taken before. Throws
 * CONFLICT where the run would have more than it may.
 */
export function recordMetrics(
  ctx: Ctx,
  { runId, metrics, batchId }: { runId: string; metrics: readonly GivenMetric[]; batchId: string | null },
): Promise<number> {
  return inTransaction(ctx, async (ctx) => {
    if (batchId !== null && !(await insertBatch(ctx, runId, batchId))) return 0;
    const before = await countMetrics(ctx, runId);
    if (before + metrics.length > mostMetrics)
      throw new AppError(
        'CONFLICT',
        `the run ${runId} has ${before} metrics, and may have ${mostMetrics}: ${metrics.length} more are too many`,
        { details: { reason: 'too_many_metrics' } },
      );
    await insertMetrics(
      ctx,
      metrics.map(({ name, value, recordedAt }) => toRow(ctx, runId, name, value, recordedAt)),
    );
    return metrics.length;
  });
}

/** Records how long runs took and how they ended, in the open transaction, as far as it is known. */
export async function recordOwnMetrics(
  ctx: Ctx,
  runs: readonly Pick<RunRow, 'run_id' | (typeof ownMetricNames)[number]>[],
): Promise<void> {
  const rows = runs.flatMap((run) =>
    ownMetricNames.flatMap((name) => {
      const value = run[name];
      return value === null ? [] : [toRow(ctx, run.run_id, name, value, null)];
    }),
  );
  await insertMetrics(ctx, rows);
}

function toRow(
  ctx: Ctx,
  runId: string,
  name: string,
  value: number,
  recordedAt: number | null,
): RunMetricRow {
  return {
    id: `met_${ctx.ids.ulid()}`,
    run_id: runId,
    metric_name: name,
    metric_value: value,
    recorded_at: recordedAt ?? ctx.clock.now(),
  };
}
