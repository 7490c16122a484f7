import { type SqlBool, sql } from 'kysely';
import { encodeTime } from '../core/ids.ts';
import type { Ctx, RunRow, RunSource, RunStatus } from '../store/index.ts';
import { selectFromRuns } from './queries.ts';

export type RunFilters = {
  status?: readonly RunStatus[] | undefined;
  profile?: string | undefined;
  source?: RunSource | undefined;
  repo?: string | undefined;
};

/**
 * Answers runs, those of tasks apart, newest first, below the id. Index: run_of_profile, run_of_repo, run_of_source or
 * run_unusual for what is asked for, else run_top.
 */
export function selectRuns(
  ctx: Ctx,
  { status, profile, source, repo }: RunFilters,
  page: { belowId: string | null; limit: number },
): Promise<RunRow[]> {
  let query = selectFromRuns(ctx).where('parent_run_id', 'is', null);
  if (profile !== undefined) query = query.where('profile', '=', profile);
  if (repo !== undefined) query = query.where('repo', '=', repo);
  if (source !== undefined) query = query.where('source', '=', sql.lit(source));
  // The partial indexes want their condition said as they have it.
  if (source !== undefined && source !== 'cron') query = query.where(sql<SqlBool>`source <> 'cron'`);
  if (status?.length === 1) query = query.where('status', '=', sql.lit(status[0]));
  else if (status) query = query.where('status', 'in', status);
  if (status && !status.includes('succeeded')) query = query.where(sql<SqlBool>`status <> 'succeeded'`);
  if (page.belowId !== null) query = query.where('run_id', '<', page.belowId);
  return query.orderBy('run_id', 'desc').limit(page.limit).execute();
}

/** What is known of a profile's past; times are epoch milliseconds. */
export type ProfileRecord = {
  profile: string;
  /** The last run that succeeded or failed: one that was cancelled, or that another was in the way of, says nothing. */
  last: Pick<RunRow, 'run_id' | 'status' | 'finished_at' | 'error'> | null;
  /** When the last success ended; null: there is none. */
  lastSuccessAt: number | null;
  /** When the first failure after that ended; null: there is none. */
  failingSince: number | null;
  /** The last tick that was taken, whatever became of it. */
  lastTickAt: number | null;
};

type RecordRow = Record<'success_at' | 'failing_since' | 'tick_at' | 'finished_at', number | null> & {
  profile: string;
  run_id: string | null;
  status: RunStatus;
  error: string | null;
};

/** Answers the past of each profile, in their order. Index: run_of_profile, run_succeeded and run_tick, a few rows a profile. */
export async function selectProfileRecords(ctx: Ctx, profiles: readonly string[]): Promise<ProfileRecord[]> {
  if (profiles.length === 0) return [];
  const names = sql.join(profiles.map((profile) => sql`(${profile})`));
  const { rows } = await sql<RecordRow>`
    select past.*, last.run_id, last.status, last.finished_at, last.error from (select column1 as profile,
      (select run_id from run where parent_run_id is null and profile = column1
        and status in ('succeeded', 'failed', 'timed_out') order by run_id desc limit 1) as last_id,
      (select finished_at from run where parent_run_id is null and profile = column1
        and status = 'succeeded' order by run_id desc limit 1) as success_at,
      (select finished_at from run where parent_run_id is null and profile = column1
        and status in ('failed', 'timed_out') and run_id > coalesce((select good.run_id from run as good
          where good.parent_run_id is null and good.profile = column1 and good.status = 'succeeded'
          order by good.run_id desc limit 1), '')
        order by run_id limit 1) as failing_since,
      (select scheduled_for from run where scheduled_for is not null and parent_run_id is null
        and profile = column1 order by scheduled_for desc limit 1) as tick_at
      from (values ${names}) as asked) as past left join run as last on last.run_id = past.last_id`.execute(
    ctx.db,
  );
  const known = new Map(rows.map((row) => [row.profile, row]));
  return profiles.map((profile) => toRecord(profile, known.get(profile)));
}

function toRecord(profile: string, row: RecordRow | undefined): ProfileRecord {
  const { run_id = null, status, finished_at, error } = row ?? {};
  const isKnown = run_id !== null && status !== undefined;
  return {
    profile,
    last: isKnown ? { run_id, status, finished_at: finished_at ?? null, error: error ?? null } : null,
    lastSuccessAt: row?.success_at ?? null,
    failingSince: row?.failing_since ?? null,
    lastTickAt: row?.tick_at ?? null,
  };
}

/** Answers how many syncs of the profile failed in a row, up to its last one. Index: run_of_profile. */
export async function selectSyncFailures(ctx: Ctx, profile: string): Promise<number> {
  const row = await ctx.db
    .selectFrom('run')
    .select('sync_failures')
    .where('parent_run_id', 'is', null)
    .where('profile', '=', profile)
    .where('sync_failures', 'is not', null)
    .orderBy('run_id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.sync_failures ?? 0;
}

/** Answers the last runs about a service that failed in a span of time, the latest first. Index: run_failed_for. */
export function selectFailedRunsFor(
  ctx: Ctx,
  of: { service: string; fromMs: number; toMs: number; limit: number },
): Promise<RunRow[]> {
  return selectFromRuns(ctx)
    .where('service', '=', of.service)
    .where(sql<SqlBool>`service is not null and status in ('failed', 'timed_out')`)
    .where('run_id', '>=', `run_${encodeTime(Math.max(0, of.fromMs))}`)
    .where('created_at', '<=', of.toMs)
    .orderBy('run_id', 'desc')
    .limit(of.limit)
    .execute();
}
