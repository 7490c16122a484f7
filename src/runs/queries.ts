import { sql } from 'kysely';
import { encodeTime } from '../core/ids.ts';
import { type Ctx, insertMany, type ProfileLockRow, type RunRow, type RunStatus } from '../store/index.ts';

type SlimColumn = Exclude<keyof RunRow, 'trigger_payload'>;

// The compiler refuses a column that is missing here.
const slim: Readonly<Record<SlimColumn, true>> = {
  run_id: true,
  parent_run_id: true,
  kind: true,
  profile: true,
  task: true,
  source: true,
  status: true,
  trigger_key: true,
  request_id: true,
  repo: true,
  pr_number: true,
  service: true,
  scheduled_for: true,
  created_at: true,
  started_at: true,
  finished_at: true,
  duration_ms: true,
  exit_code: true,
  signal: true,
  attempts: true,
  error: true,
  tail: true,
  artifacts_dir: true,
  host: true,
  revision: true,
  sync_failures: true,
  holder: true,
  lease_token: true,
  locked_until: true,
  cancel_requested_at: true,
  cancel_requested_by: true,
};

/** Begins a query of runs; the payload that a webhook or an alert brought, which may be megabytes, is null in what it answers. */
export function selectFromRuns({ db }: Ctx) {
  return db
    .selectFrom('run')
    .select(Object.keys(slim) as SlimColumn[])
    .select(
      sql<string | null>`case when source in ('webhook', 'alert') then null else trigger_payload end`.as(
        'trigger_payload',
      ),
    );
}

/** Answers what set a run off, as JSON, or null. Index: run_key. */
export async function selectPayload(ctx: Ctx, runId: string): Promise<string | null> {
  const row = await ctx.db
    .selectFrom('run')
    .select('trigger_payload')
    .where('run_id', '=', runId)
    .executeTakeFirst();
  return row?.trigger_payload ?? null;
}

/** Inserts a run; answers false where its tick or its trigger is taken. Index: run_tick, run_trigger. */
export async function insertRun(ctx: Ctx, row: RunRow): Promise<boolean> {
  const written = await insertMany(ctx, 'run', [row], {
    onConflict: 'on conflict do nothing',
    returning: 'run_id',
  });
  return written.length > 0;
}

/** Inserts the runs of tasks, in their order. */
export async function insertTaskRuns(ctx: Ctx, rows: readonly RunRow[]): Promise<void> {
  await insertMany(ctx, 'run', rows);
}

/** Answers one run or null. Index: run_key. */
export async function selectRun(ctx: Ctx, runId: string): Promise<RunRow | null> {
  const row = await selectFromRuns(ctx).where('run_id', '=', runId).executeTakeFirst();
  return row ?? null;
}

/** Answers one run, held until the commit, or null. Index: run_key. */
export async function lockRun(ctx: Ctx, runId: string): Promise<RunRow | null> {
  const row = await selectFromRuns(ctx)
    .where('run_id', '=', runId)
    .modifyEnd(ctx.dialect.forUpdate)
    .executeTakeFirst();
  return row ?? null;
}

/** Answers the runs of a profile's tasks, in their order. Index: run_of_parent. */
export function selectTaskRuns(ctx: Ctx, runId: string): Promise<RunRow[]> {
  return selectFromRuns(ctx).where('parent_run_id', '=', runId).orderBy('run_id').execute();
}

/** Who a change of a run must still be true for. */
export type RunGuard = { runId: string; status: RunStatus; leaseToken?: string };

/** Changes a run that still has the status, under the lease where one is named; answers whether it was so. Index: run_key. */
export async function changeRun(ctx: Ctx, guard: RunGuard, change: Partial<RunRow>): Promise<boolean> {
  let query = ctx.db
    .updateTable('run')
    .set(change)
    .where('run_id', '=', guard.runId)
    .where('status', '=', guard.status);
  if (guard.leaseToken !== undefined) query = query.where('lease_token', '=', guard.leaseToken);
  const result = await query.executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Ends the runs of tasks that have this status, of all the given parents. Index: run_of_parent. */
export async function endTaskRuns(
  ctx: Ctx,
  parentIds: readonly string[],
  status: 'queued' | 'running',
  change: Partial<RunRow>,
): Promise<void> {
  await ctx.db
    .updateTable('run')
    .set(change)
    .where('parent_run_id', 'in', parentIds)
    .where('status', '=', status)
    .execute();
}

/** Removes a run that has not begun; answers whether it was so. Index: run_key. */
export async function deleteQueuedRun(ctx: Ctx, runId: string): Promise<boolean> {
  const result = await ctx.db
    .deleteFrom('run')
    .where('run_id', '=', runId)
    .where('status', '=', 'queued')
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Answers the last row of ticks that the holder of this lock was in the way of, held until the commit, or null. Index: run_of_profile, from the time of the lock. */
export async function lockSkippedTick(ctx: Ctx, { profile, since }: ProfileLockRow): Promise<RunRow | null> {
  const row = await ctx.db
    .selectFrom('run')
    .selectAll()
    .where('parent_run_id', 'is', null)
    .where('profile', '=', profile)
    .where('run_id', '>=', `run_${encodeTime(since)}`)
    .where('status', '=', 'skipped_locked')
    .where('scheduled_for', 'is not', null)
    .orderBy('run_id', 'desc')
    .limit(1)
    .modifyEnd(ctx.dialect.forUpdate)
    .executeTakeFirst();
  return row ?? null;
}

/** Removes the runs of tasks that have not begun. Index: run_of_parent. */
export async function deleteQueuedTaskRuns(ctx: Ctx, parentId: string): Promise<void> {
  await ctx.db
    .deleteFrom('run')
    .where('parent_run_id', '=', parentId)
    .where('status', '=', 'queued')
    .execute();
}

/** Answers the revisions that running runs have started with. Index: run_unusual. */
export async function selectRevisionsInUse(ctx: Ctx): Promise<string[]> {
  const rows = await unusual(ctx, 'running').where('revision', 'is not', null).execute();
  return [...new Set(rows.flatMap(({ revision }) => revision ?? []))];
}

/** Answers running runs whose lease is over, held until the commit, passing by those that somebody else holds. Index: run_unusual. */
export function lockLostRuns(ctx: Ctx, limit: number): Promise<RunRow[]> {
  return unusual(ctx, 'running')
    .where('locked_until', '<=', ctx.clock.now())
    .orderBy('run_id')
    .limit(limit)
    .modifyEnd(ctx.dialect.skipLocked)
    .execute();
}

/** Whether there is one for `lockLostRuns`, without a transaction. Index: run_unusual. */
export async function hasLostRuns(ctx: Ctx): Promise<boolean> {
  const query = unusual(ctx, 'running').where('locked_until', '<=', ctx.clock.now()).limit(1);
  return (await query.execute()).length > 0;
}

/** Answers runs that were asked for and that nobody has begun, oldest first. Index: run_unusual. */
export function selectQueuedRuns(ctx: Ctx, limit: number): Promise<RunRow[]> {
  return unusual(ctx, 'queued').orderBy('run_id').limit(limit).execute();
}

function unusual(ctx: Ctx, status: 'queued' | 'running') {
  return selectFromRuns(ctx)
    .where('parent_run_id', 'is', null)
    .where(sql<boolean>`status <> 'succeeded'`)
    .where('status', '=', sql.lit(status));
}
