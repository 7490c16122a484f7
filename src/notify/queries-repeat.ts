import { sql } from 'kysely';
import type { Ctx, NotificationRow } from '../store/index.ts';

/** The messages that a route sends to one of its channels. */
export type RouteLane = { route: string; channel: string };

/** A message after which its thread may have to be told again on its channel. */
export type Repeatable = Pick<
  NotificationRow,
  'notification_id' | 'thread' | 'channel' | 'incident_id' | 'alert_ref'
> & { repeat_from: number };

/** Answers from when on the time runs of the message that is told again next on each lane, in their order; null: there is none. Index: notification_repeat. */
export async function lookForRepeats(ctx: Ctx, lanes: readonly RouteLane[]): Promise<(number | null)[]> {
  const looks = lanes.map(
    ({ route, channel }, place) => sql`
      select cast(${place} as integer) as place, (
        select min(repeat_from) from notification
        where repeat_from is not null and route = ${route} and channel = ${channel}) as repeat_from`,
  );
  const { rows } = await sql<{
    place: number;
    repeat_from: number | null;
  }>`${sql.join(looks, sql` union all `)}`.execute(ctx.db);
  const byPlace = new Map(rows.map((row) => [row.place, row.repeat_from]));
  return lanes.map((_, place) => byPlace.get(place) ?? null);
}

/** Answers the messages of a lane whose time has run since then or longer, the oldest first. Index: notification_repeat. */
export async function selectRepeatable(
  ctx: Ctx,
  { route, channel }: RouteLane,
  { untilMs, limit }: { untilMs: number; limit: number },
): Promise<Repeatable[]> {
  const rows = await ctx.db
    .selectFrom('notification')
    .select(['notification_id', 'thread', 'channel', 'incident_id', 'alert_ref', 'repeat_from'])
    .where('repeat_from', 'is not', null)
    .where('route', '=', route)
    .where('channel', '=', channel)
    .where('repeat_from', '<=', untilMs)
    .orderBy('repeat_from')
    .limit(limit)
    .execute();
  return rows as Repeatable[];
}

/**
 * Lets the time of messages run from another moment on, of none any more with null; answers the ids of those for which it
 * was as it was seen. Index: notification_key.
 */
export async function moveRepeats(
  ctx: Ctx,
  rows: readonly Pick<Repeatable, 'notification_id'>[],
  { untilMs, to }: { untilMs: number; to: number | null },
): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const ids = rows.map((row) => row.notification_id);
  const moved = await ctx.db
    .updateTable('notification')
    .set({ repeat_from: to })
    .where((eb) => ctx.dialect.isOneOf(eb.ref('notification_id'), ids))
    .where('repeat_from', '<=', untilMs)
    .returning('notification_id')
    .execute();
  return new Set(moved.map((row) => row.notification_id));
}
