import { sql } from 'kysely';
import type { Ctx } from '../store/index.ts';

const unfinished = ['pending', 'sending'] as const;

/** Answers up to `limit` messages that were made before the time and wait for nothing, oldest first. Index: the primary key. */
export async function selectFinishedBefore(ctx: Ctx, beforeMs: number, limit: number): Promise<string[]> {
  const rows = await finishedBefore(ctx, beforeMs)
    .select('notification_id')
    .orderBy('notification_id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.notification_id);
}

/** Counts the messages that were made before the time and wait for nothing. */
export async function countFinishedBefore(ctx: Ctx, beforeMs: number): Promise<number> {
  const row = await finishedBefore(ctx, beforeMs)
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirst();
  return row?.total ?? 0;
}

function finishedBefore(ctx: Ctx, beforeMs: number) {
  return ctx.db
    .selectFrom('notification')
    .where('created_at', '<', beforeMs)
    .where('status', 'not in', unfinished);
}

/** Deletes messages. Index: the primary key. */
export async function deleteNotifications(ctx: Ctx, ids: readonly string[]): Promise<void> {
  await ctx.db
    .deleteFrom('notification')
    .where(ctx.dialect.isOneOf(sql.ref('notification_id'), ids))
    .execute();
}
