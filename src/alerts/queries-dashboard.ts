import { sql } from 'kysely';
import { type AlertRow, type Ctx, workIs } from '../store/index.ts';

/** Answers the first possible reference of an alert made at that time: references sort by time. */
export function firstRefAt(epochMs: number): string {
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  let text = '';
  for (let rest = Math.max(0, Math.floor(epochMs)), i = 0; i < 10; i++, rest = Math.floor(rest / 32)) {
    text = digits.charAt(rest % 32) + text;
  }
  return `alrt_${text}`;
}

/**
 * Answers the signatures that came in most since, with how often, of many alerts among the newest. Index: the primary key,
 * a range of it.
 */
export function selectTopSignatures(
  ctx: Ctx,
  sinceMs: number,
  { newest, limit }: { newest: number; limit: number },
) {
  const since = ctx.db
    .selectFrom('alert')
    .select(['alert_ref', 'signature', 'service', 'kind', 'title', 'occurrences'])
    .where('alert_ref', '>=', firstRefAt(sinceMs))
    .orderBy('alert_ref', 'desc')
    .limit(newest);
  return ctx.db
    .selectFrom(since.as('since'))
    .groupBy(['signature', 'service', 'kind'])
    .select((eb) => [
      'signature',
      'service',
      'kind',
      eb.fn.min('title').as('title'),
      eb.fn.countAll<number>().as('alerts'),
      eb.fn.sum<number>('occurrences').as('occurrences'),
    ])
    .orderBy('occurrences', 'desc')
    .orderBy('signature')
    .limit(limit)
    .execute();
}

/** Answers when the last of so many newest alerts came; null: there are not so many since. Index: the primary key. */
export async function findNewest(ctx: Ctx, sinceMs: number, place: number): Promise<number | null> {
  const row = await ctx.db
    .selectFrom('alert')
    .select('first_seen_at')
    .where('alert_ref', '>=', firstRefAt(sinceMs))
    .orderBy('alert_ref', 'desc')
    .offset(place - 1)
    .limit(1)
    .executeTakeFirst();
  return row?.first_seen_at ?? null;
}

/** Answers the alerts made in a span of time, newest first, and how many there are. Index: the primary key, a range of it. */
export async function listAlertsAround(
  ctx: Ctx,
  span: { fromMs: number; toMs: number; exceptRef: string; limit: number },
): Promise<{ rows: AlertRow[]; total: number }> {
  const inSpan = ctx.db
    .selectFrom('alert')
    .where('alert_ref', '>=', firstRefAt(span.fromMs))
    .where('alert_ref', '<', firstRefAt(span.toMs + 1))
    .where('alert_ref', '!=', span.exceptRef);
  const rows = await inSpan.selectAll().orderBy('alert_ref', 'desc').limit(span.limit).execute();
  const counted = await inSpan.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirst();
  return { rows, total: counted?.total ?? 0 };
}

/**
 * Answers how long the newest 1,000 alerts that were acked with a lease, of those that came since, had waited for it from
 * their claim, as far as the newest 20,000 events tell. Index: the primary key of alert_event.
 */
export async function selectWaits(ctx: Ctx, sinceMs: number): Promise<number[]> {
  const events = ctx.db
    .selectFrom('alert_event')
    .select(['alert_ref', 'event_id', 'at', 'from_status', 'to_status'])
    .where('alert_ref', '>=', firstRefAt(sinceMs))
    .orderBy('alert_ref', 'desc')
    .orderBy('event_id', 'desc')
    .limit(20_000);
  const newest = ctx.db
    .selectFrom(events.as('event'))
    .select(['alert_ref', 'event_id', 'at'])
    .where('from_status', '=', 'processing')
    .where('to_status', '=', 'acked')
    .orderBy('alert_ref', 'desc')
    .orderBy('event_id', 'desc')
    .limit(1000);
  const waits = await ctx.db
    .selectFrom(newest.as('ack'))
    .innerJoin('alert_event as claim', (join) =>
      join
        .onRef('claim.alert_ref', '=', 'ack.alert_ref')
        .on('claim.reason', '=', 'claimed')
        .onRef('claim.at', '<=', 'ack.at'),
    )
    .groupBy(['ack.alert_ref', 'ack.event_id', 'ack.at'])
    .select((eb) => sql<number>`${eb.ref('ack.at')} - max(${eb.ref('claim.at')})`.as('wait_ms'))
    .execute();
  return waits.map((row) => row.wait_ms);
}

/** Counts alerts, however old, that no worker has claimed anew since. Index: that of `workIs`. */
export async function countStuck(ctx: Ctx, stuckBeforeMs: number): Promise<number> {
  const counted = await ctx.db
    .selectFrom('alert')
    .where(workIs(ctx.dialect, 'processing'))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('alert_event as claim')
            .select('claim.at')
            .whereRef('claim.alert_ref', '=', 'alert.alert_ref')
            .where('claim.reason', '=', 'claimed')
            .where('claim.at', '>=', stuckBeforeMs),
        ),
      ),
    )
    .select((eb) => eb.fn.countAll<number>().as('stuck'))
    .executeTakeFirst();
  return counted?.stuck ?? 0;
}
