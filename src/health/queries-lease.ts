import type { Ctx } from '../store/index.ts';

/** Who asks for a role that one process at a time plays. */
export type LeaseClaim = { name: string; holder: string; token: string; leaseMs: number };

/** Takes the lease where nobody holds it; answers whether it is ours. Index: lease_key. */
export async function takeLease(ctx: Ctx, { name, holder, token, leaseMs }: LeaseClaim): Promise<boolean> {
  const nowMs = ctx.clock.now();
  const row = { holder, token, until_at: nowMs + leaseMs };
  const taken = await ctx.db
    .updateTable('lease')
    .set(row)
    .where('name', '=', name)
    .where('until_at', '<=', nowMs)
    .executeTakeFirst();
  if (taken.numUpdatedRows > 0n) return true;
  const made = await ctx.db
    .insertInto('lease')
    .values({ name, ...row })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('token')
    .executeTakeFirst();
  return made?.token === token;
}

/** Answers whether somebody holds the lease now. Index: lease_key. */
export async function isLeaseHeld(ctx: Ctx, name: string): Promise<boolean> {
  const row = await ctx.db
    .selectFrom('lease')
    .select('name')
    .where('name', '=', name)
    .where('until_at', '>', ctx.clock.now())
    .executeTakeFirst();
  return row !== undefined;
}

/** Prolongs a lease; answers false where somebody else has taken it. Index: lease_key. */
export async function renewLease(ctx: Ctx, { name, token, leaseMs }: LeaseClaim): Promise<boolean> {
  const renewed = await ctx.db
    .updateTable('lease')
    .set({ until_at: ctx.clock.now() + leaseMs })
    .where('name', '=', name)
    .where('token', '=', token)
    .executeTakeFirst();
  return renewed.numUpdatedRows > 0n;
}

/** Gives a lease back, so that nobody has to wait for its end. Index: lease_key. */
export async function returnLease(ctx: Ctx, { name, token }: LeaseClaim): Promise<void> {
  await ctx.db.deleteFrom('lease').where('name', '=', name).where('token', '=', token).execute();
}

/** Answers the token of the lease's holder, which cannot change before the commit; null: nobody holds it. Index: lease_key. */
export async function lockLeaseToken(ctx: Ctx, name: string): Promise<string | null> {
  const row = await ctx.db
    .selectFrom('lease')
    .select('token')
    .where('name', '=', name)
    .modifyEnd(ctx.dialect.forUpdate)
    .executeTakeFirst();
  return row?.token ?? null;
}
