import { sql } from 'kysely';
import type { AlertRow, AlertStatus, Ctx } from '../store/index.ts';

/** Answers the first possible reference of an alert made at that time: references sort by time. */
export function firstRefAt(epochMs: number): string {
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  let text = '';
  for (let rest = Math.max(0, Math.floor(epochMs)), i = 0; i < 10; i++, rest = Math.floor(rest / 32)) {
    text = digits.charAt(rest % 32) + text;
  }
  return `alrt_${text}`;
}

export type StatusCount = {
  status: AlertStatus;
  severity: AlertRow['severity'];
  live: number;
  total: number;
};

/** Counts alerts that came in since, or of many the newest, by status and severity. Index: the primary key, a range of it. */
export function countByStatus(
  ctx: Ctx,
  sinceMs: number,
  newest: number | null = null,
): Promise<StatusCount[]> {
  const since = ctx.db
    .selectFrom('alert')
    .select(['status', 'severity', 'ended_at'])
    .where('alert_ref', '>=', firstRefAt(sinceMs))
    .$if(newest !== null, (query) => query.orderBy('alert_ref', 'desc').limit(newest ?? 0));
  return ctx.db
    .selectFrom(since.as('since'))
    .groupBy(['status', 'severity'])
    .select((eb) => [
      'status',
      'severity',
      sql<number>`sum(case when ended_at is null then 1 else 0 end)`.as('live'),
      eb.fn.countAll<number>().as('total'),
    ])
    .execute();
}

/** Answers the signatures that came in most since, with how often. Index: the primary key, a range of it. */
export function selectTopSignatures(ctx: Ctx, sinceMs: number, limit: number) {
  return ctx.db
    .selectFrom('alert')
    .where('alert_ref', '>=', firstRefAt(sinceMs))
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

/** Answers how long the newest 1,000 alerts that were acked with a lease, of those that came since, had waited for it from their claim. Index: the primary key of alert_event. */
export async function selectWaits(ctx: Ctx, sinceMs: number): Promise<number[]> {
  const newest = ctx.db
    .selectFrom('alert_event')
    .select(['alert_ref', 'event_id', 'at'])
    .where('alert_ref', '>=', firstRefAt(sinceMs))
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

/** Counts alerts, however old, that no worker has claimed anew since. Index: alert_leased. */
export async function countStuck(ctx: Ctx, stuckBeforeMs: number): Promise<number> {
  const counted = await ctx.db
    .selectFrom('alert')
    .where('status', '=', sql.lit<AlertStatus>('processing'))
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
