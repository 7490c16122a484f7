import { sql } from 'kysely';
import { encodeTime } from '../core/ids.ts';
import type { Ctx, RunStatus } from '../store/index.ts';

/** Answers up to `limit` runs that were made before the time and go on no more, oldest first; tasks go with their parent. Index: run_top. */
export async function selectRunsBefore(ctx: Ctx, beforeMs: number, limit: number): Promise<string[]> {
  const rows = await madeBefore(ctx, beforeMs).select('run_id').orderBy('run_id').limit(limit).execute();
  return rows.map((row) => row.run_id);
}

/** Counts the runs that were made before the time and go on no more, those of tasks apart. Index: run_top. */
export async function countRunsBefore(ctx: Ctx, beforeMs: number): Promise<number> {
  const row = await madeBefore(ctx, beforeMs)
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirst();
  return row?.total ?? 0;
}

const idsAtOnce = 500;

/** Answers the status of each of these runs that there is, by its id. Index: run_key. */
export async function selectRunStatuses(
  ctx: Ctx,
  runIds: readonly string[],
): Promise<Map<string, RunStatus>> {
  const known = new Map<string, RunStatus>();
  for (let from = 0; from < runIds.length; from += idsAtOnce) {
    const rows = await ctx.db
      .selectFrom('run')
      .select(['run_id', 'status'])
      .where(ctx.dialect.isOneOf(sql.ref('run_id'), runIds.slice(from, from + idsAtOnce)))
      .execute();
    for (const { run_id, status } of rows) known.set(run_id, status);
  }
  return known;
}

/** Leaves out what a live alert has set off, as nothing else keeps it from being set off again. Leans on run_top, alert_key. */
function madeBefore(ctx: Ctx, beforeMs: number) {
  return ctx.db
    .selectFrom('run')
    .where('parent_run_id', 'is', null)
    .where('run_id', '<', `run_${encodeTime(Math.max(0, beforeMs))}`)
    .where('status', 'not in', ['queued', 'running'])
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('alert')
            .select('alert_ref')
            .whereRef('alert_ref', '=', 'run.trigger_key')
            .where('ended_at', 'is', null),
        ),
      ),
    );
}

/** Deletes runs with those of their tasks, in one statement. Index: run_key, run_of_parent. */
export async function deleteRuns(ctx: Ctx, runIds: readonly string[]): Promise<void> {
  await ctx.db
    .deleteFrom('run')
    .where((eb) =>
      eb.or([
        ctx.dialect.isOneOf(sql.ref('run_id'), runIds),
        ctx.dialect.isOneOf(sql.ref('parent_run_id'), runIds),
      ]),
    )
    .execute();
}
