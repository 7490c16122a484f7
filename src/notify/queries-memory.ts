import type { Ctx } from '../store/index.ts';

/** Answers what a channel remembers under the key, or null. Leans on channel_memory_key. */
export async function recall(ctx: Ctx, channel: string, key: string): Promise<string | null> {
  const row = await ctx.db
    .selectFrom('channel_memory')
    .select('value')
    .where('channel', '=', channel)
    .where('key', '=', key)
    .executeTakeFirst();
  return row?.value ?? null;
}

/** Lets a channel remember the value, in place of an earlier one. Leans on channel_memory_key. */
export async function remember(ctx: Ctx, channel: string, key: string, value: string): Promise<void> {
  const updated_at = ctx.clock.now();
  await ctx.db
    .insertInto('channel_memory')
    .values({ channel, key, value, updated_at })
    .onConflict((conflict) => conflict.columns(['channel', 'key']).doUpdateSet({ value, updated_at }))
    .execute();
}
