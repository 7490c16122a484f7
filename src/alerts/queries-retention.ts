import { sql } from 'kysely';
import { type Ctx, inTransaction } from '../store/index.ts';
import { firstRefAt } from './queries-dashboard.ts';

/** Answers up to `limit` alerts that ended before the time, oldest first. Index: the primary key, from its start. */
export async function selectEndedBefore(ctx: Ctx, beforeMs: number, limit: number): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('alert')
    .select('alert_ref')
    .where('alert_ref', '<', firstRefAt(beforeMs))
    .where('ended_at', '<', beforeMs)
    .orderBy('alert_ref')
    .limit(limit)
    .execute();
  return rows.map((row) => row.alert_ref);
}

/** Counts the alerts that ended before the time. */
export async function countEndedBefore(ctx: Ctx, beforeMs: number): Promise<number> {
  const row = await ctx.db
    .selectFrom('alert')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .where('alert_ref', '<', firstRefAt(beforeMs))
    .where('ended_at', '<', beforeMs)
    .executeTakeFirst();
  return row?.total ?? 0;
}

/** Deletes alerts with their events and decisions, in one transaction. Index: the primary keys. */
export function deleteAlerts(ctx: Ctx, refs: readonly string[]): Promise<void> {
  return inTransaction(ctx, async (ctx) => {
    const isOne = ctx.dialect.isOneOf(sql.ref('alert_ref'), refs);
    await ctx.db.deleteFrom('alert_event').where(isOne).execute();
    await ctx.db.deleteFrom('alert_decision').where(isOne).execute();
    await ctx.db.deleteFrom('alert').where(isOne).execute();
  });
}
