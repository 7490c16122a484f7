import type { Ctx, ProfileLockRow } from '../store/index.ts';

/** Takes the lock of a profile where nobody has it, or where its holder's lease is over; answers whether it is ours. Index: profile_lock_key. */
export async function takeLock(ctx: Ctx, lock: ProfileLockRow): Promise<boolean> {
  const { profile: _, ...values } = lock;
  const taken = await ctx.db
    .insertInto('profile_lock')
    .values(lock)
    .onConflict((conflict) =>
      conflict.column('profile').doUpdateSet(values).where('profile_lock.locked_until', '<=', lock.since),
    )
    .returning('token')
    .executeTakeFirst();
  return taken?.token === lock.token;
}

/** Answers who runs the profile, or null. Index: profile_lock_key. */
export async function selectLock(ctx: Ctx, profile: string): Promise<ProfileLockRow | null> {
  const row = await ctx.db
    .selectFrom('profile_lock')
    .selectAll()
    .where('profile', '=', profile)
    .executeTakeFirst();
  return row ?? null;
}

/** Answers who runs what, by profile. Reads the whole table: a row a profile. */
export function selectLocks(ctx: Ctx): Promise<ProfileLockRow[]> {
  return ctx.db.selectFrom('profile_lock').selectAll().orderBy('profile').execute();
}

/** Prolongs the lock; answers false where somebody else has it. Index: profile_lock_key. */
export async function renewLock(ctx: Ctx, profile: string, token: string, untilMs: number): Promise<boolean> {
  const renewed = await ctx.db
    .updateTable('profile_lock')
    .set({ locked_until: untilMs })
    .where('profile', '=', profile)
    .where('token', '=', token)
    .executeTakeFirst();
  return renewed.numUpdatedRows > 0n;
}

/** Gives the lock of a run back, unless somebody else has it. Index: profile_lock_key. */
export async function returnLock(ctx: Ctx, profile: string, runId: string): Promise<void> {
  await ctx.db
    .deleteFrom('profile_lock')
    .where('profile', '=', profile)
    .where('run_id', '=', runId)
    .execute();
}
