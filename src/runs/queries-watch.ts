import { sql } from 'kysely';
import type { Ctx } from '../store/index.ts';

/** When a profile was last seen at work; epoch milliseconds, null: never. */
export type ProfileTimes = {
  profile: string;
  /** The last tick that was taken, whatever became of it. */
  tickAt: number | null;
  /** When its last run began, those apart that another was in the way of. */
  begunAt: number | null;
  /** When its last success ended. */
  successAt: number | null;
};

type TimesRow = {
  profile: string;
  tick_at: number | null;
  begun_at: number | null;
  success_at: number | null;
};

/** Answers when each profile was last seen at work, in any order. Index: run_tick, run_of_profile and run_succeeded, a row or a few a profile. */
export async function selectProfileTimes(ctx: Ctx, profiles: readonly string[]): Promise<ProfileTimes[]> {
  if (profiles.length === 0) return [];
  const names = sql.join(profiles.map((profile) => sql`(${profile})`));
  const { rows } = await sql<TimesRow>`
    select column1 as profile,
      (select scheduled_for from run where scheduled_for is not null and parent_run_id is null
        and profile = column1 order by scheduled_for desc limit 1) as tick_at,
      (select started_at from run where parent_run_id is null and profile = column1
        and status not in ('queued', 'skipped_locked') order by run_id desc limit 1) as begun_at,
      (select finished_at from run where parent_run_id is null and profile = column1
        and status = 'succeeded' order by run_id desc limit 1) as success_at
    from (values ${names}) as asked`.execute(ctx.db);
  return rows.map(({ profile, tick_at, begun_at, success_at }) => ({
    profile,
    tickAt: tick_at,
    begunAt: begun_at,
    successAt: success_at,
  }));
}
