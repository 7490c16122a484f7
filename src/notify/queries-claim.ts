import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import {
  type Ctx,
  defineStatement,
  type NotificationRow,
  type NotificationStatus,
  runStatements,
} from '../store/index.ts';

/** How many messages a channel can take right now. */
export type Room = { channel: string; limit: number };

export type Claim = { rooms: readonly Room[]; leaseToken: string; nowMs: number; lockedUntilMs: number };

/**
 * Leases due messages: of each thread on a channel only the oldest that is not finished, and never one that another
 * worker is at. Leans on notification_due for what is due, on notification_order for what comes before it.
 */
export async function claimDue(ctx: Ctx, { rooms, ...claim }: Claim): Promise<NotificationRow[]> {
  const leases = rooms.map((room) => leaseDue(ctx, {}, { ...room, ...claim }));
  // A lease need not outlive the machine: what it was for comes round again.
  const leased = await runStatements(ctx, leases, { mayBeLost: true });
  return (leased.flat() as NotificationRow[]).toSorted((a, b) =>
    a.notification_id < b.notification_id ? -1 : 1,
  );
}

/**
 * One statement a channel: its text stays the same however many there are. The oldest of a thread is asked for as a value:
 * a join could be planned as one over everything that waits. As a plain subselect PostgreSQL may run the choice once a row,
 * and lease more than the limit.
 */
const leaseDue = defineStatement<Room & Omit<Claim, 'rooms'>, object, NotificationRow>(
  ({ db, dialect, value }) => {
    const bigint = (name: 'nowMs' | 'lockedUntilMs' | 'limit') => sql`cast(${value(name)} as bigint)`;
    const lease = sql<NotificationRow>`
      with due as materialized (
        select n.notification_id from notification n
        where n.status = 'pending' and n.channel = ${value('channel')} and n.next_attempt_at <= ${bigint('nowMs')}
          and n.notification_id = (
            select min(o.notification_id) from notification o
            where o.status in ('pending', 'sending') and o.channel = n.channel and o.thread = n.thread)
        order by n.next_attempt_at, n.notification_id
        limit ${bigint('limit')} ${dialect.skipLocked})
      update notification
      set status = 'sending', lease_token = ${value('leaseToken')}, locked_until = ${bigint('lockedUntilMs')},
        attempts = attempts + 1
      where notification_id in (select notification_id from due)
      returning *`;
    return { compile: () => lease.compile(db) };
  },
);

/** The channels on which a message is due, which others of its thread may still hold up, and when the next one is, of those that wait for their time. */
export type Ahead = { dueOn: string[]; nextDueAt: number | null };

/** Answers what waits on the channels. Leans on notification_due. */
export async function lookAhead(ctx: Ctx, channels: readonly string[], nowMs: number): Promise<Ahead> {
  const { rows } = await ctx.db.executeQuery(look(ctx, {}, { channels, nowMs }));
  const times = rows.map((row) => row.next_at).filter((at) => at !== null);
  return {
    dueOn: rows.filter((row) => row.due_at !== null).map((row) => row.channel),
    nextDueAt: times.length > 0 ? times.reduce((a, b) => Math.min(a, b)) : null,
  };
}

type Waiting = { channel: string; due_at: number | null; next_at: number | null };

/** The first of each channel is asked for as a value, which ends at the first entry of the index. */
const look = defineStatement<{ channels: readonly string[]; nowMs: number }, object, Waiting>(
  ({ db, dialect, value }) => {
    const nowMs = sql`cast(${value('nowMs')} as bigint)`;
    const first = (when: RawBuilder<unknown>) => sql<number | null>`(
      select min(next_attempt_at) from notification
      where status = 'pending' and channel = asked.value and next_attempt_at ${when} ${nowMs})`;
    return db
      .selectFrom(dialect.eachOf(value('channels')).as('asked'))
      .select(['asked.value as channel', first(sql`<=`).as('due_at'), first(sql`>`).as('next_at')]);
  },
);

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
    .where((eb) => ctx.dialect.isOneOf(eb.ref('channel'), unknown))
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

/**
 * Records what became of leased messages; answers the ids of those whose lease still held. It is not waited for on disk: a
 * machine that fails before may send them again, with the same key. Leans on notification_key.
 */
export async function recordFinished(ctx: Ctx, finishes: readonly Finish[]): Promise<Set<string>> {
  const moveOn = finishes.filter(({ nextAttemptAt }) => nextAttemptAt !== null);
  const stay = finishes.filter(({ nextAttemptAt }) => nextAttemptAt === null);
  const statements = [
    ...updateSending(ctx, stay.map(finishedColumns)),
    ...updateSending(
      ctx,
      moveOn.map((finish) => ({
        ...finishedColumns(finish),
        next_attempt_at: finish.nextAttemptAt as number,
      })),
    ),
  ];
  const recorded = await runStatements(ctx, statements, { mayBeLost: true });
  return new Set(recorded.flat().map((row) => (row as { value: string }).value));
}

function finishedColumns(finish: Finish) {
  return {
    notification_id: finish.notificationId,
    lease_token: finish.leaseToken,
    status: finish.status,
    error: finish.error,
    provider_message_id: finish.providerMessageId,
    sent_at: finish.sentAt,
  };
}

/** Each under its own lease, which ends. */
function updateSending(ctx: Ctx, rows: readonly Partial<NotificationRow>[]): CompiledQuery[] {
  return ctx.dialect.updateRows('notification', 'notification_id', rows, {
    expected: ['lease_token'],
    expectedAlike: { status: `'sending'` },
    alike: { lease_token: 'null', locked_until: 'null' },
    returnsKeys: true,
  });
}
