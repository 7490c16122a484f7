import { sql } from 'kysely';
import type { Ctx, NotificationRow } from '../store/index.ts';

/** Answers the messages that were written since the time, those of tests excepted, oldest first. Index: the primary key. */
export function selectMessagesSince(ctx: Ctx, sinceMs: number): Promise<NotificationRow[]> {
  return ctx.db
    .selectFrom('notification')
    .selectAll()
    .where('created_at', '>=', sinceMs)
    .where('event', '!=', 'test')
    .where('status', '!=', sql.lit('superseded'))
    .orderBy('notification_id')
    .execute();
}

/** Counts due messages as delivered, without sending them: for a database in which nothing is real. Index: the messages that wait. */
export async function pretendDelivered(ctx: Ctx): Promise<void> {
  const nowMs = ctx.clock.now();
  await ctx.db
    .updateTable('notification')
    .set({ status: 'delivered', attempts: 1, sent_at: nowMs })
    .where('status', '=', sql.lit('pending'))
    .where('next_attempt_at', '<=', nowMs)
    .execute();
}
