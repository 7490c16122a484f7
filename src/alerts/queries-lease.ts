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
  /** What is stalled goes back first, and may be more severe than all that waits. */
  when: 'unless any is stalled' | 'anyhow';
};

/** Leases the most severe, then the oldest waiting alerts. Index: alert_waiting. */
export function leaseWaiting(ctx: Ctx, claim: Claim): CompiledQuery<AlertRow> {
  // As a plain subselect PostgreSQL may run it once a row, and lease more than the limit.
  return ctx.db
    .with(
      (cte) => cte('waiting').materialized(),
      () => selectWaiting(ctx, claim),
    )
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
    .where('alert_ref', 'in', (eb) => eb.selectFrom('waiting').select('waiting.alert_ref'))
    .returningAll()
    .compile();
}

function selectWaiting({ db, dialect }: Ctx, claim: Claim) {
  const [lost, due] = selectStalled(db, claim.nowMs);
  return db
    .selectFrom('alert')
    .select('alert_ref')
    .where('status', '=', sql.lit('new'))
    .where((eb) => eb.or([eb('retry_at', 'is', null), eb('retry_at', '<=', claim.nowMs)]))
    .where((eb) => eb.and(matchesFilters(eb, claim.filters, dialect)))
    .$if(claim.sinceMs !== null, (query) => query.where('first_seen_at', '>=', claim.sinceMs ?? 0))
    .$if(claim.when === 'unless any is stalled', (query) =>
      query.where(({ and, not, exists }) =>
        and([not(exists(lost.select('alert_ref'))), not(exists(due.select('alert_ref')))]),
      ),
    )
    .orderBy('severity_rank')
    .orderBy('alert_ref')
    .limit(claim.limit)
    .modifyEnd(dialect.skipLocked);
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
          sql<number>`cast(${event.nowMs} as bigint)`.as('at'),
          sql<string>`cast(${event.actor} as text)`.as('actor'),
          sql.lit<AlertStatus>(move.from).as('from_status'),
          to.as('to_status'),
          sql<string>`cast(${event.reason} as text)`.as('reason'),
          sql<string | null>`cast(${event.note} as text)`.as('note'),
          sql<string | null>`cast(${event.requestId} as text)`.as('request_id'),
        ])
        .where('lease_token', '=', leaseToken)
        .where('status', '=', sql.lit<AlertStatus>('processing'))
        .$if(refs !== null, (query) => query.where(ctx.dialect.isOneOf(sql.ref('alert_ref'), refs ?? [])))
        // Else the alert could move between this statement and the one that moves it.
        .modifyEnd(ctx.dialect.forUpdate),
    )
    .compile();
}

const itRose = sql<boolean>`rose_since_claim = 1 and ended_at is null`;
const ackedUnlessItRose = sql<AlertStatus>`case when ${itRose} then 'new' else 'acked' end`;

export type Ack = {
  leaseToken: string;
  refs: readonly string[];
  nowMs: number;
  /** Null: it is part of none. Undefined: stays as it is. */
  incidentId: string | null | undefined;
  announced: boolean;
};

/** Ends the lease of the alerts that the token still holds, and answers those. Index: the primary key. */
export function ackLeased(ctx: Ctx, ack: Ack): CompiledQuery<{ alert_ref: string; status: AlertStatus }> {
  return ctx.db
    .updateTable('alert')
    .set({
      status: ackedUnlessItRose,
      attempts: sql<number>`case when ${itRose} then 0 else attempts end`,
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
  return selectStalled(ctx.db, nowMs).map((query) => query.select('alert_ref').limit(1).compile());
}

function selectStalled(db: Ctx['db'], nowMs: number) {
  const lost = db
    .selectFrom('alert')
    .where('status', '=', sql.lit<AlertStatus>('processing'))
    .where('processing_lock_until', '<=', nowMs);
  const due = db
    .selectFrom('alert')
    .where('status', '=', sql.lit<AlertStatus>('failed'))
    .where('retry_at', '<=', nowMs);
  return [lost, due] as const;
}

/** Answers alerts whose lease has ended or whose retry is due, held until the commit. */
export async function lockStalled(ctx: Ctx, nowMs: number, limit: number): Promise<AlertRow[]> {
  const rows: AlertRow[] = [];
  for (const query of selectStalled(ctx.db, nowMs)) {
    const locked = query.selectAll().orderBy('alert_ref').limit(limit).modifyEnd(ctx.dialect.skipLocked);
    rows.push(...(await locked.execute()));
  }
  return rows;
}
