import type { Ctx, TokenRow } from '../store/index.ts';
import { taskRole } from './roles.ts';

/** Inserts the row; one with the same hash stays as it is. Leans on `token_hash`. */
export async function insertToken(ctx: Ctx, row: TokenRow): Promise<void> {
  await ctx.db
    .insertInto('token')
    .values(row)
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .execute();
}

/** Answers the row of any kind and state, or null. Leans on `token_hash`. */
export async function findTokenByHash(ctx: Ctx, hash: string): Promise<TokenRow | null> {
  const row = await ctx.db.selectFrom('token').selectAll().where('hash', '=', hash).executeTakeFirst();
  return row ?? null;
}

/** Answers the API token, or null. Leans on `token_key`. */
export async function findApiToken(ctx: Ctx, tokenId: string): Promise<TokenRow | null> {
  const row = await ctx.db
    .selectFrom('token')
    .selectAll()
    .where('token_id', '=', tokenId)
    .where('kind', '=', 'api')
    .executeTakeFirst();
  return row ?? null;
}

/** Answers API tokens that somebody asked for below the id, newest first. Leans on `token_key`. */
export function listApiTokens(ctx: Ctx, belowId: string | null, limit: number): Promise<TokenRow[]> {
  let query = ctx.db.selectFrom('token').selectAll().where('kind', '=', 'api').where('role', '<>', taskRole);
  if (belowId !== null) query = query.where('token_id', '<', belowId);
  return query.orderBy('token_id', 'desc').limit(limit).execute();
}

/** Revokes the row if it is live and of that kind; answers whether this call did it. Leans on `token_hash`. */
export async function revokeByHash(
  ctx: Ctx,
  hash: string,
  kind: TokenRow['kind'],
  nowMs: number,
): Promise<boolean> {
  const result = await ctx.db
    .updateTable('token')
    .set({ revoked_at: nowMs })
    .where('hash', '=', hash)
    .where('kind', '=', kind)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', nowMs)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) > 0;
}

/** Revokes the token and the sessions that it began (their ids start with its own). Reads the whole table, which is small. */
export async function revokeWithSessions(ctx: Ctx, tokenId: string, nowMs: number): Promise<void> {
  await ctx.db
    .updateTable('token')
    .set({ revoked_at: nowMs })
    .where((row) => row.or([row('token_id', '=', tokenId), row('token_id', 'like', `${tokenId}.%`)]))
    .where('revoked_at', 'is', null)
    .execute();
}

/** Deletes the row of that id, if there is one. Leans on `token_key`. */
export async function deleteToken(ctx: Ctx, tokenId: string): Promise<void> {
  await ctx.db.deleteFrom('token').where('token_id', '=', tokenId).execute();
}

/** Deletes sessions, sign-in codes and tokens of tasks that ended before the time. Reads the whole table, which is small. */
export async function deleteExpired(ctx: Ctx, beforeMs: number): Promise<void> {
  await ctx.db
    .deleteFrom('token')
    .where((row) => row.or([row('kind', 'in', ['session', 'signin']), row('role', '=', taskRole)]))
    .where('expires_at', '<', beforeMs)
    .execute();
}
