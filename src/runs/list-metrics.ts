import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { toIso } from '../core/clock.ts';
import { pageInput, pageOf, readCursor, toPage } from '../core/page.ts';
import { text } from '../core/text.ts';
import type { Ctx, RunMetricRow, RunRow } from '../store/index.ts';
import { selectTaskRuns } from './queries.ts';
import { selectMetrics } from './queries-metric.ts';
import { ownMetricNames } from './record-metrics.ts';
import { requireRun } from './require.ts';

/** A metric of a run as the API shows it. */
export const metricView = z.object({
  id: z.string(),
  run_id: z.string(),
  task: z.string().nullable().describe('The task that recorded it; null: the run as a whole.'),
  metric_name: z.string(),
  metric_value: z.number(),
  recorded_at: z.string(),
});

const mostShown = 200;

/** What a run and its tasks recorded, newest first. */
export const listMetrics = defineAction({
  name: 'runs.metrics',
  summary: 'List the metrics of a run and its tasks, newest first',
  input: z.strictObject({ run_id: text(100, 1), ...pageInput }),
  output: pageOf(metricView),
  entitlement: 'tools.metrics.read',
  http: { method: 'GET', path: '/v1/runs/:run_id/metrics' },
  cli: { command: 'runs metrics', args: ['run_id'] },
  async run(ctx: Ctx, { run_id, cursor, limit }) {
    const runs = [await requireRun(ctx, run_id), ...(await selectTaskRuns(ctx, run_id))];
    const page = { belowId: readCursor(cursor), limit: limit + 1 };
    const rows = await selectMetrics(ctx, idsOf(runs), page);
    return toPage(rows, limit, (row) => row.id, viewMetric(runs));
  },
});

/** Answers the last of what the runs recorded themselves, newest first: how long they took and how they ended is theirs to show. */
export async function readGivenMetrics(ctx: Ctx, runs: readonly RunRow[]) {
  const page = { belowId: null, limit: mostShown, without: ownMetricNames };
  return (await selectMetrics(ctx, idsOf(runs), page)).map(viewMetric(runs));
}

function idsOf(runs: readonly RunRow[]): string[] {
  return runs.map(({ run_id }) => run_id);
}

function viewMetric(runs: readonly RunRow[]) {
  const tasks = new Map(
    runs.map(({ run_id, parent_run_id, task }) => [run_id, parent_run_id === null ? null : task]),
  );
  return (row: RunMetricRow): z.output<typeof metricView> => ({
    id: row.id,
    run_id: row.run_id,
    task: tasks.get(row.run_id) ?? null,
    metric_name: row.metric_name,
    metric_value: row.metric_value,
    recorded_at: toIso(row.recorded_at),
  });
}
