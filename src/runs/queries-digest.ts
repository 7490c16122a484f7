import { sql } from 'kysely';
import type { Ctx } from '../store/index.ts';
import type { Told } from './decide-digest.ts';

/** Answers what was last told of a profile, which nobody else changes before the commit; null: nothing ever. Index: profile_digest_key. */
export async function lockTold(ctx: Ctx, profile: string): Promise<Told> {
  const row = await ctx.db
    .selectFrom('profile_digest')
    .selectAll()
    .where('profile', '=', profile)
    .modifyEnd(ctx.dialect.forUpdate)
    .executeTakeFirst();
  return row ? { failing: JSON.parse(row.failing) as string[], toldAt: row.told_at } : null;
}

/** Remembers what was told of a profile, in place of what was told before. Index: profile_digest_key. */
export async function rememberTold(
  ctx: Ctx,
  profile: string,
  told: { failing: readonly string[]; runId: string },
): Promise<void> {
  const row = { failing: JSON.stringify(told.failing), told_at: ctx.clock.now(), run_id: told.runId };
  await ctx.db
    .insertInto('profile_digest')
    .values({ profile, ...row })
    .onConflict((conflict) => conflict.column('profile').doUpdateSet(row))
    .execute();
}

/** Answers the profiles of which something was told. Reads the whole table: a row a profile. */
export async function listTold(ctx: Ctx): Promise<string[]> {
  const rows = await ctx.db.selectFrom('profile_digest').select('profile').orderBy('profile').execute();
  return rows.map(({ profile }) => profile);
}

/** Forgets what was told of these profiles. Index: profile_digest_key. */
export async function forgetTold(ctx: Ctx, profiles: readonly string[]): Promise<void> {
  await ctx.db
    .deleteFrom('profile_digest')
    .where(ctx.dialect.isOneOf(sql.ref('profile'), profiles))
    .execute();
}
