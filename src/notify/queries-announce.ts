import { type CompiledQuery, sql } from 'kysely';
import { type Ctx, type NotificationRow, runStatements } from '../store/index.ts';
import type { Told } from './choose-recipients.ts';

/** Answers what was written about the threads so far, oldest first. Leans on notification_thread. */
export function findTold(ctx: Ctx, threads: readonly string[]): Promise<Told[]> {
  return ctx.db
    .selectFrom('notification')
    .select([
      'notification_id',
      'thread',
      'channel',
      'route',
      'event',
      'status',
      'idempotency_key',
      'attempts',
      'next_attempt_at',
      'created_at',
      'sent_at',
      'repeat_from',
    ])
    .where((eb) => ctx.dialect.isOneOf(eb.ref('thread'), threads))
    .orderBy('notification_id')
    .execute();
}

/** Takes back messages that wait to be sent, first or again; answers the ids of those that really were. Leans on notification_key. */
export async function supersedeWaiting(ctx: Ctx, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await ctx.db
    .updateTable('notification')
    .set({ status: 'superseded' })
    .where((eb) => ctx.dialect.isOneOf(eb.ref('notification_id'), ids))
    .where('status', '=', sql.lit('pending'))
    .returning('notification_id')
    .execute();
  return new Set(rows.map((row) => row.notification_id));
}

/**
 * Writes messages, those that are there already excepted, and ends the wait of what nobody was sent yet and would hold the
 * urgent ones up; answers the ids of what is new. Leans on notification_idempotency_key and notification_order.
 */
export async function writeMessages(
  ctx: Ctx,
  rows: readonly NotificationRow[],
  urgent: readonly NotificationRow[],
): Promise<Set<string>> {
  const together = Map.groupBy(urgent, (row) => `${row.channel} ${row.next_attempt_at}`);
  const hastened = [...together.values()].map((group) => hastenOthers(ctx, group));
  const answers = await runStatements(ctx, [...hastened, ...insertMessages(ctx, rows)]);
  return new Set(answers.at(-1)?.map((row) => (row as { value: string }).value));
}

/** Inserts messages, those that are there already excepted; answers the ids of what is new. Leans on notification_idempotency_key. */
export function insertMessages(ctx: Ctx, rows: readonly NotificationRow[]): CompiledQuery[] {
  return ctx.dialect.insertRows('notification', rows, {
    onConflict: 'on conflict (idempotency_key) do nothing',
    returning: 'notification_id',
  });
}

/** Of messages to one channel that are due at one time. */
function hastenOthers(ctx: Ctx, group: readonly NotificationRow[]): CompiledQuery {
  const [{ channel, next_attempt_at: dueAt }] = group as [NotificationRow];
  const threads = group.map(({ thread }) => thread);
  return ctx.db
    .updateTable('notification')
    .set({ next_attempt_at: dueAt })
    .where('channel', '=', channel)
    .where((eb) => ctx.dialect.isOneOf(eb.ref('thread'), threads))
    .where('status', '=', sql.lit('pending'))
    .where('attempts', '=', 0)
    .where('next_attempt_at', '>', dueAt)
    .compile();
}
