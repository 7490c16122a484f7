import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { type Ctx, type NotificationRow, type NotificationStatus, runStatements } from '../store/index.ts';

/** How many messages a channel can take right now. */
export type Room = { channel: string; limit: number };

export type Claim = { rooms: readonly Room[]; leaseToken: string; nowMs: number; lockedUntilMs: number };

/**
 * Leases due messages: of each thread on a channel only the oldest that is not finished, and never one that another
 * worker is at. Leans on notification_due for what is due, on notification_order for what comes before it.
 */
export async function claimDue(ctx: Ctx, claim: Claim): Promise<NotificationRow[]> {
  const { leaseToken, nowMs, lockedUntilMs } = claim;
  const due = claim.rooms.map((room) => selectDue(ctx, room, nowMs));
  // As a plain subselect PostgreSQL may run it once a row, and lease more than the limit.
  const lease = sql<NotificationRow>`
    with due as materialized (${sql.join(due, sql` union all `)})
    update notification
    set status = 'sending', lease_token = ${leaseToken}, locked_until = ${lockedUntilMs}, attempts = attempts + 1
    where notification_id in (select notification_id from due)
    returning *`.compile(ctx.db);
  // A lease need not outlive the machine: what it was for comes round again.
  const [rows] = await runStatements(ctx, [lease], { mayBeLost: true });
  return (rows as NotificationRow[]).toSorted((a, b) => (a.notification_id < b.notification_id ? -1 : 1));
}

/** The oldest of its thread is asked for as a value: a join could be planned as one over everything that waits. */
function selectDue(ctx: Ctx, { channel, limit }: Room, nowMs: number): RawBuilder<unknown> {
  return sql`
    select notification_id from (
      select n.notification_id from notification n
      where n.status = 'pending' and n.channel = ${channel} and n.next_attempt_at <= ${nowMs}
        and n.notification_id = (
          select min(o.notification_id) from notification o
          where o.status in ('pending', 'sending') and o.channel = n.channel and o.thread = n.thread)
      order by n.next_attempt_at, n.notification_id
      limit ${limit} ${ctx.dialect.skipLocked}) due`;
}

/** Answers when the next message that still waits for its time is due, null where there is none. Leans on notification_due. */
export async function findNextDueAt(
  ctx: Ctx,
  channels: readonly string[],
  nowMs: number,
): Promise<number | null> {
  if (channels.length === 0) return null;
  const perChannel = channels.map(
    (channel) => sql`
      select min(next_attempt_at) as due_at from notification
      where status = 'pending' and channel = ${channel} and next_attempt_at > ${nowMs}`,
  );
  const row = await ctx.db
    .selectFrom(sql<{ due_at: number | null }>`(${sql.join(perChannel, sql` union all `)})`.as('waiting'))
    .select((eb) => eb.fn.min('due_at').as('due_at'))
    .executeTakeFirst();
  return row?.due_at ?? null;
}

/** Puts messages back whose worker did not finish them within its lease. Leans on notification_leased. */
export async function releaseExpired(ctx: Ctx, nowMs: number): Promise<void> {
  await ctx.db
    .updateTable('notification')
    .set({ status: 'pending', lease_token: null, locked_until: null })
    .where('status', '=', sql.lit('sending'))
    .where('locked_until', '<=', nowMs)
    .execute();
}

/** Ends messages, written before the time, to channels that are none any more. Leans on notification_due. */
export async function skipUnknownChannels(
  ctx: Ctx,
  channels: readonly string[],
  createdBeforeMs: number,
): Promise<void> {
  const waiting = await ctx.db
    .selectFrom('notification')
    .select('channel')
    .distinct()
    .where('status', '=', sql.lit('pending'))
    .execute();
  const unknown = waiting.map((row) => row.channel).filter((channel) => !channels.includes(channel));
  if (unknown.length === 0) return;
  await ctx.db
    .updateTable('notification')
    .set({ status: 'skipped_unconfigured', error: 'the channel is not in the configuration' })
    .where('status', '=', sql.lit('pending'))
    .where('channel', 'in', unknown)
    .where('created_at', '<', createdBeforeMs)
    .execute();
}

/** What became of a leased message. */
export type Finish = {
  notificationId: string;
  leaseToken: string;
  status: NotificationStatus;
  /** Null: as it was. */
  nextAttemptAt: number | null;
  error: string | null;
  providerMessageId: string | null;
  sentAt: number | null;
};

/** Records what became of leased messages; answers the ids of those whose lease still held. Leans on notification_key. */
export async function recordFinished(ctx: Ctx, finishes: readonly Finish[]): Promise<Set<string>> {
  const statements = Map.groupBy(finishes, groupKeyOf)
    .values()
    .map((group) => updateAlike(ctx, group))
    .toArray();
  const recorded = await runStatements(ctx, statements);
  return new Set(recorded.flat().map((row) => (row as { notification_id: string }).notification_id));
}

/** Messages that end alike are one statement: most are delivered, by the dozen. */
function groupKeyOf({ notificationId, ...rest }: Finish): string {
  return JSON.stringify(rest);
}

function updateAlike(ctx: Ctx, group: readonly Finish[]): CompiledQuery {
  const [first] = group as [Finish];
  return ctx.db
    .updateTable('notification')
    .set({
      status: first.status,
      error: first.error,
      provider_message_id: first.providerMessageId,
      sent_at: first.sentAt,
      lease_token: null,
      locked_until: null,
      ...(first.nextAttemptAt === null ? {} : { next_attempt_at: first.nextAttemptAt }),
    })
    .where((eb) =>
      ctx.dialect.isOneOf(
        eb.ref('notification_id'),
        group.map(({ notificationId }) => notificationId),
      ),
    )
    .where('lease_token', '=', first.leaseToken)
    .where('status', '=', sql.lit('sending'))
    .returning('notification_id')
    .compile();
}
