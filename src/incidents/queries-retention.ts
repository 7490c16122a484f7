import type { Ctx } from '../store/index.ts';

const countedMs = 24 * 3_600_000;

/** Deletes the counts of minutes that no rolling count looks at any more; answers how many. */
export async function deleteOldMinutes(ctx: Ctx): Promise<number> {
  const deleted = await ctx.db
    .deleteFrom('signature_minute')
    .where('minute_at', '<', ctx.clock.now() - 2 * countedMs)
    .executeTakeFirst();
  return Number(deleted.numDeletedRows);
}
