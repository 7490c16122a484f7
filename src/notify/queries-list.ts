import { sql } from 'kysely';
import type { Ctx, NotificationRow, NotificationStatus } from '../store/index.ts';

export type NotificationFilters = {
  status_in?: readonly NotificationStatus[] | undefined;
  channel?: string | undefined;
  incident_id?: string | undefined;
};

/** Answers messages below the id, newest first. Leans on notification_key, and on notification_incident where an incident is asked for. */
export function listNotifications(
  ctx: Ctx,
  filters: NotificationFilters,
  belowId: string | null,
  limit: number,
): Promise<NotificationRow[]> {
  let query = ctx.db.selectFrom('notification').selectAll();
  const { status_in, channel, incident_id } = filters;
  if (status_in) query = query.where('status', 'in', status_in);
  if (channel !== undefined) query = query.where('channel', '=', channel);
  if (incident_id !== undefined) query = query.where('incident_id', '=', incident_id);
  if (belowId !== null) query = query.where('notification_id', '<', belowId);
  return query.orderBy('notification_id', 'desc').limit(limit).execute();
}

/** Answers all messages about an alert and about its incident, oldest first. Leans on notification_thread. */
export function listNotificationsOfAlert(
  ctx: Ctx,
  alertRef: string,
  incidentId: string | null,
): Promise<NotificationRow[]> {
  return listOfThreads(ctx, incidentId === null ? [alertRef] : [alertRef, incidentId]);
}

/** Answers all messages about an incident, oldest first. Leans on notification_thread. */
export function listNotificationsOfIncident(ctx: Ctx, incidentId: string): Promise<NotificationRow[]> {
  return listOfThreads(ctx, [incidentId]);
}

function listOfThreads(ctx: Ctx, threads: readonly string[]): Promise<NotificationRow[]> {
  return ctx.db
    .selectFrom('notification')
    .selectAll()
    .where('thread', 'in', threads)
    .orderBy('notification_id')
    .execute();
}

/** Answers the message, or null. Leans on notification_key. */
export async function findNotification(ctx: Ctx, id: string): Promise<NotificationRow | null> {
  const row = await ctx.db
    .selectFrom('notification')
    .selectAll()
    .where('notification_id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

/** Makes a message wait again from its first attempt, if its status is still that; answers whether this call did it. Leans on notification_key. */
export async function putBack(
  ctx: Ctx,
  id: string,
  status: NotificationStatus,
  nextAttemptAt: number,
): Promise<boolean> {
  const result = await ctx.db
    .updateTable('notification')
    .set({ status: 'pending', attempts: 0, next_attempt_at: nextAttemptAt, error: null })
    .where('notification_id', '=', id)
    .where('status', '=', status)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) > 0;
}

/** Answers until when the thread's messages that are under way on a channel are leased, null where none is. Leans on notification_order. */
export async function findLeaseEnd(ctx: Ctx, channel: string, thread: string): Promise<number | null> {
  const row = await ctx.db
    .selectFrom('notification')
    .select((eb) => eb.fn.max('locked_until').as('until'))
    .where('channel', '=', channel)
    .where('thread', '=', thread)
    .where('status', '=', sql.lit('sending'))
    .executeTakeFirst();
  return row?.until ?? null;
}

/** How the outbox stands: what waits, since when, and what went wrong. */
export type OutboxHealth = {
  /** For how long the oldest message that is not finished could have gone out; null where there is none. */
  oldestPendingAgeMs: number | null;
  counts: Record<'pending' | 'sending' | 'failed' | 'dead', number>;
};

/** Answers how the outbox stands; of a test that failed its asker was told at once. Leans on the partial indexes of unfinished and of failed messages alone. */
export async function readOutboxHealth(ctx: Ctx): Promise<OutboxHealth> {
  const parts = sql<{ name: string; value: number | null }>`(
    select 'pending' as name, count(*) as value from notification where status = 'pending'
    union all select 'sending', count(*) from notification where status = 'sending'
    union all select 'failed', count(*) from notification where status in ('failed', 'dead') and status = 'failed'
    union all select 'dead', count(*) from notification where status in ('failed', 'dead') and status = 'dead' and event <> 'test'
    union all select 'oldest', (
      select min(case when attempts <= (case status when 'sending' then 1 else 0 end) then next_attempt_at else created_at end)
      from notification where status in ('pending', 'sending')))`;
  const rows = await ctx.db.selectFrom(parts.as('part')).select(['name', 'value']).execute();
  const values = new Map(rows.map(({ name, value }) => [name, value]));
  const count = (name: string) => values.get(name) ?? 0;
  const oldest = values.get('oldest') ?? null;
  return {
    oldestPendingAgeMs: oldest === null ? null : Math.max(0, ctx.clock.now() - oldest),
    counts: {
      pending: count('pending'),
      sending: count('sending'),
      failed: count('failed'),
      dead: count('dead'),
    },
  };
}
