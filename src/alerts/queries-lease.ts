import { type CompiledQuery, sql } from 'kysely';
import type { AlertRow, AlertStatus, Ctx } from '../store/index.ts';
import { matchesFilters } from './queries-list.ts';
import type { AlertFilters } from './types.ts';

export type Claim = {
  owner: string;
  leaseToken: string;
  limit: number;
  lockUntilMs: number;
  nowMs: number;
  /** Only alerts first seen since; null: all. */
  sinceMs: number | null;
  filters: AlertFilters;
};

/** Leases the most severe, then the oldest waiting alerts. Index: alert_waiting. */
export function leaseWaiting(ctx: Ctx, claim: Claim): CompiledQuery<AlertRow> {
  const { db, dialect } = ctx;
  const waiting = db
    .selectFrom('alert')
    .select('alert_ref')
    .where('status', '=', sql.lit('new'))
    .where((eb) => eb.or([eb('retry_at', 'is', null), eb('retry_at', '<=', claim.nowMs)]))
    .where((eb) => eb.and(matchesFilters(eb, claim.filters, dialect)))
    .$if(claim.sinceMs !== null, (query) => query.where('first_seen_at', '>=', claim.sinceMs ?? 0))
    .orderBy('severity_rank')
    .orderBy('alert_ref')
    .limit(claim.limit)
    .modifyEnd(dialect.skipLocked);
  return db
    .updateTable('alert')
    .set({
      status: 'processing',
      owner: claim.owner,
      lease_token: claim.leaseToken,
      processing_lock_until: claim.lockUntilMs,
      retry_at: null,
      rose_since_claim: 0,
      updated_at: claim.nowMs,
    })
    .where('alert_ref', 'in', waiting)
    .returningAll()
    .compile();
}

/** What an event says beside the states it goes from and to. */
export type EventText = {
  eventId: string;
  actor: string;
  nowMs: number;
  reason: string;
  note: string | null;
  requestId: string | null;
};

/** Writes the event of every alert that the token holds, before or after they move. Index: alert_lease. */
export function recordLeased(
  ctx: Ctx,
  leaseToken: string,
  refs: readonly string[] | null,
  move: { from: AlertStatus; to: AlertStatus | 'acked unless it rose' },
  event: EventText,
): CompiledQuery {
  const to = move.to === 'acked unless it rose' ? ackedUnlessItRose : sql.lit<AlertStatus>(move.to);
  return ctx.db
    .insertInto('alert_event')
    .columns([
      'alert_ref',
      'event_id',
      'at',
      'actor',
      'from_status',
      'to_status',
      'reason',
      'note',
      'request_id',
    ])
    .expression((eb) =>
      eb
        .selectFrom('alert')
        .select([
          'alert_ref',
          sql<string>`cast(${event.eventId} as text)`.as('event_id'),
          sql<number>`${sql.lit(event.nowMs)}`.as('at'),
          sql<string>`cast(${event.actor} as text)`.as('actor'),
          sql.lit<AlertStatus>(move.from).as('from_status'),
          to.as('to_status'),
          sql<string>`cast(${event.reason} as text)`.as('reason'),
          sql<string | null>`cast(${event.note} as text)`.as('note'),
          sql<string | null>`cast(${event.requestId} as text)`.as('request_id'),
        ])
        .where('lease_token', '=', leaseToken)
        .where('status', '=', sql.lit<AlertStatus>('processing'))
        .$if(refs !== null, (query) => query.where(ctx.dialect.isOneOf(sql.ref('alert_ref'), refs ?? []))),
    )
    .compile();
}

const ackedUnlessItRose = sql<AlertStatus>`case when rose_since_claim = 1 and ended_at is null then 'new' else 'acked' end`;

export type Ack = {
  leaseToken: string;
  refs: readonly string[];
  nowMs: number;
  /** Undefined: stays as it is. */
  incidentId: string | undefined;
  announced: boolean;
};

/** Ends the lease of the alerts that the token still holds, and answers those. Index: the primary key. */
export function ackLeased(ctx: Ctx, ack: Ack): CompiledQuery<{ alert_ref: string; status: AlertStatus }> {
  return ctx.db
    .updateTable('alert')
    .set({
      status: ackedUnlessItRose,
      owner: null,
      lease_token: null,
      processing_lock_until: null,
      retry_at: null,
      last_error: null,
      updated_at: ack.nowMs,
      ...(ack.incidentId === undefined ? {} : { incident_id: ack.incidentId }),
      ...(ack.announced ? { announced: 1 } : {}),
    })
    .where('lease_token', '=', ack.leaseToken)
    .where('status', '=', sql.lit<AlertStatus>('processing'))
    .where(ctx.dialect.isOneOf(sql.ref('alert_ref'), ack.refs))
    .returning(['alert_ref', 'status'])
    .compile();
}

/** Gives alerts back that the token still holds, to be claimed again from `retryAtMs`; no attempt is counted. */
export function returnLeased(
  ctx: Ctx,
  back: { leaseToken: string; refs: readonly string[]; retryAtMs: number | null; nowMs: number },
): CompiledQuery<{ alert_ref: string }> {
  return ctx.db
    .updateTable('alert')
    .set({
      status: 'new',
      owner: null,
      lease_token: null,
      processing_lock_until: null,
      retry_at: back.retryAtMs,
      updated_at: back.nowMs,
    })
    .where('lease_token', '=', back.leaseToken)
    .where('status', '=', sql.lit<AlertStatus>('processing'))
    .where(ctx.dialect.isOneOf(sql.ref('alert_ref'), back.refs))
    .returning('alert_ref')
    .compile();
}

/** Moves the end of a lease that the token still holds; answers whether it did. */
export async function extendLease(
  ctx: Ctx,
  alertRef: string,
  leaseToken: string,
  lockUntilMs: number,
): Promise<boolean> {
  const rows = await ctx.db
    .updateTable('alert')
    .set({ processing_lock_until: lockUntilMs })
    .where('alert_ref', '=', alertRef)
    .where('lease_token', '=', leaseToken)
    .where('status', '=', sql.lit<AlertStatus>('processing'))
    .returning('alert_ref')
    .execute();
  return rows.length > 0;
}

/** Finds one alert whose lease has ended or whose retry is due, cheaply. Indexes: alert_leased, alert_retry. */
export function findStalled(ctx: Ctx, nowMs: number): CompiledQuery<{ alert_ref: string }>[] {
  const lost = ctx.db
    .selectFrom('alert')
    .select('alert_ref')
    .where('status', '=', sql.lit<AlertStatus>('processing'))
    .where('processing_lock_until', '<=', nowMs)
    .limit(1);
  const due = ctx.db
    .selectFrom('alert')
    .select('alert_ref')
    .where('status', '=', sql.lit<AlertStatus>('failed'))
    .where('retry_at', '<=', nowMs)
    .limit(1);
  return [lost.compile(), due.compile()];
}

/** Answers alerts whose lease has ended or whose retry is due, held until the commit. */
export async function lockStalled(ctx: Ctx, nowMs: number, limit: number): Promise<AlertRow[]> {
  const lost = ctx.db
    .selectFrom('alert')
    .selectAll()
    .where('status', '=', sql.lit<AlertStatus>('processing'))
    .where('processing_lock_until', '<=', nowMs);
  const due = ctx.db
    .selectFrom('alert')
    .selectAll()
    .where('status', '=', sql.lit<AlertStatus>('failed'))
    .where('retry_at', '<=', nowMs);
  const rows: AlertRow[] = [];
  for (const query of [lost, due]) {
    rows.push(...(await query.orderBy('alert_ref').limit(limit).modifyEnd(ctx.dialect.skipLocked).execute()));
  }
  return rows;
}
