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

/** Counts alerts that came in since, by status and severity. Index: the primary key, a range of it. */
export function countByStatus(ctx: Ctx, sinceMs: number): Promise<StatusCount[]> {
  return ctx.db
    .selectFrom('alert')
    .where('alert_ref', '>=', firstRefAt(sinceMs))
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

export type LoopFigures = { claimToAckP95Ms: number | null; stuck: number; failed: number; worked: number };

/** Answers how the work on alerts went since: waits from claim to ack, attempts that failed, leases held too long. */
export async function measureLoop(ctx: Ctx, sinceMs: number, stuckBeforeMs: number): Promise<LoopFigures> {
  const waits = await ctx.db
    .selectFrom('alert_event as ack')
    .innerJoin('alert_event as claim', (join) =>
      join
        .onRef('claim.alert_ref', '=', 'ack.alert_ref')
        .on('claim.reason', '=', 'claimed')
        .onRef('claim.at', '<=', 'ack.at'),
    )
    .where('ack.alert_ref', '>=', firstRefAt(sinceMs))
    .where('ack.from_status', '=', 'processing')
    .where('ack.to_status', '=', 'acked')
    .groupBy(['ack.alert_ref', 'ack.event_id', 'ack.at'])
    .select((eb) => sql<number>`${eb.ref('ack.at')} - max(${eb.ref('claim.at')})`.as('wait_ms'))
    .orderBy('ack.alert_ref', 'desc')
    .limit(1000)
    .execute();
  const outcome = await ctx.db
    .selectFrom('alert')
    .where('alert_ref', '>=', firstRefAt(sinceMs))
    .where('status', '!=', 'new')
    .select((eb) => [
      eb.fn.countAll<number>().as('worked'),
      sql<number | null>`sum(case when status in ('failed', 'dead') then 1 else 0 end)`.as('failed'),
    ])
    .executeTakeFirst();
  return {
    claimToAckP95Ms: percentile(
      waits.map((row) => row.wait_ms),
      0.95,
    ),
    stuck: await countStuck(ctx, stuckBeforeMs),
    failed: outcome?.failed ?? 0,
    worked: outcome?.worked ?? 0,
  };
}

/** Counts alerts, however old, that no worker has claimed anew since. Index: alert_leased. */
async function countStuck(ctx: Ctx, stuckBeforeMs: number): Promise<number> {
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

function percentile(values: readonly number[], ratio: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * ratio) - 1] ?? null;
}
