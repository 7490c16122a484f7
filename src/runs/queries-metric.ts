import { type Ctx, insertMany, type RunMetricRow } from '../store/index.ts';

/** Inserts metrics. Index: run_metric_key. */
export async function insertMetrics(ctx: Ctx, rows: readonly RunMetricRow[]): Promise<void> {
  await insertMany(ctx, 'run_metric', rows);
}

/** Notes a batch; answers false where it was taken before. Index: run_metric_batch_key. */
export async function insertBatch(ctx: Ctx, runId: string, batchId: string): Promise<boolean> {
  const rows = [{ run_id: runId, batch_id: batchId }];
  const written = await insertMany(ctx, 'run_metric_batch', rows, {
    onConflict: 'on conflict (run_id, batch_id) do nothing',
    returning: 'batch_id',
  });
  return written.length > 0;
}

/** Counts the metrics of a run. Index: run_metric_of_run. */
export async function countMetrics(ctx: Ctx, runId: string): Promise<number> {
  const row = await ctx.db
    .selectFrom('run_metric')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .where('run_id', '=', runId)
    .executeTakeFirst();
  return Number(row?.total ?? 0);
}

/** Answers metrics of these runs, newest first, below the id. Index: run_metric_of_run. */
export function selectMetrics(
  ctx: Ctx,
  runIds: readonly string[],
  page: { belowId: string | null; limit: number; without?: readonly string[] },
): Promise<RunMetricRow[]> {
  let query = ctx.db
    .selectFrom('run_metric')
    .selectAll()
    .where((eb) => ctx.dialect.isOneOf(eb.ref('run_id'), runIds));
  if (page.belowId !== null) query = query.where('id', '<', page.belowId);
  if (page.without) query = query.where('metric_name', 'not in', page.without);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}
