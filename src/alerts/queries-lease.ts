import { type CompiledQuery, sql } from 'kysely';
import { type AlertStatus, type Ctx, defineStatement } from '../store/index.ts';
import { leftToWorkers } from './left.ts';
import { type EventText, withEvents } from './queries-moves.ts';

const itRose = sql<boolean>`rose_since_claim = 1 and ended_at is null`;
const ackedUnlessItRose = () => sql<AlertStatus>`case when ${itRose} then 'new' else 'acked' end`;

export type Ack = {
  leaseToken: string;
  refs: readonly string[];
  event: EventText;
  /** By reference. Null: they are part of none. Undefined: stays as it is. */
  incidentIds: Readonly<Record<string, string>> | null | undefined;
  announced: boolean;
};

/** Ends the lease of the alerts that the token still holds, with an event of each, and answers those. Index: the primary key. */
export function ackLeased(ctx: Ctx, ack: Ack): CompiledQuery<AckRow> {
  const { leaseToken, refs, event, announced, incidentIds } = ack;
  const shape = { announced, setsIncident: incidentIds !== undefined };
  return acknowledge(ctx, shape, { leaseToken, refs, ...event, incidentIds: incidentIds ?? {} });
}

type AckShape = { announced: boolean; setsIncident: boolean };
type AckValues = Pick<Ack, 'leaseToken' | 'refs'> &
  EventText & { incidentIds: Readonly<Record<string, string>> };
type AckRow = { alert_ref: string; status: AlertStatus };

const acknowledge = defineStatement<AckValues, AckShape, AckRow>(({ db, dialect, value }, shape) => {
  const ack = db
    .updateTable('alert')
    .set({
      status: ackedUnlessItRose(),
      attempts: sql<number>`case when ${itRose} then 0 else attempts end`,
      owner: null,
      lease_token: null,
      processing_lock_until: null,
      retry_at: null,
      last_error: null,
      updated_at: value('at'),
      ...(shape.setsIncident
        ? { incident_id: dialect.textByKey(sql.ref('alert_ref'), value('incidentIds')) }
        : {}),
      ...(shape.announced ? { announced: 1 } : {}),
    })
    .where('lease_token', '=', value('leaseToken'))
    .where('status', '=', sql.lit<AlertStatus>('processing'))
    .where(dialect.isOneOf(sql.ref('alert_ref'), value('refs')))
    .returning(['alert_ref', 'status']);
  return withEvents(dialect, ack, { from: 'processing' }, value);
});

/** What nobody works on. */
const waiting = { status: 'new', owner: null, lease_token: null, processing_lock_until: null } as const;

/** Ends the lease without an end of the work: what the token still holds is left to workers, unless it rose. Index: the primary key. */
export function leaveLeased(
  ctx: Ctx,
  { leaseToken, refs, event, incidentIds, announced }: Ack,
): CompiledQuery<AckRow> {
  const leave = ctx.db
    .updateTable('alert')
    .set({
      ...waiting,
      retry_at: sql<number | null>`case when ${itRose} then null else cast(${leftToWorkers} as bigint) end`,
      last_error: null,
      updated_at: event.at,
      ...(incidentIds === undefined
        ? {}
        : { incident_id: ctx.dialect.textByKey(sql.ref('alert_ref'), incidentIds ?? {}) }),
      ...(announced ? { announced: 1 } : {}),
    })
    .where('lease_token', '=', leaseToken)
    .where('status', '=', sql.lit<AlertStatus>('processing'))
    .where(ctx.dialect.isOneOf(sql.ref('alert_ref'), refs))
    .returning(['alert_ref', 'status']);
  return withEvents(ctx.dialect, leave, { from: 'processing' }, (column) => event[column]).compile();
}

/** Gives alerts back that the token still holds, to be claimed again from `retryAtMs`; no attempt is counted. */
export function returnLeased(
  ctx: Ctx,
  back: { leaseToken: string; refs: readonly string[]; retryAtMs: number | null; event: EventText },
): CompiledQuery<AckRow> {
  const giveBack = ctx.db
    .updateTable('alert')
    .set({
      ...waiting,
      retry_at: back.retryAtMs,
      updated_at: back.event.at,
    })
    .where('lease_token', '=', back.leaseToken)
    .where('status', '=', sql.lit<AlertStatus>('processing'))
    .where(ctx.dialect.isOneOf(sql.ref('alert_ref'), back.refs))
    .returning(['alert_ref', 'status']);
  return withEvents(ctx.dialect, giveBack, { from: 'processing' }, (column) => back.event[column]).compile();
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
