import { type CompiledQuery, sql } from 'kysely';
import { type AlertStatus, type Ctx, defineStatement } from '../store/index.ts';
import { leftToWorkers } from './left.ts';

/** What an event says beside the states it goes from and to. */
export type EventText = {
  eventId: string;
  actor: string;
  nowMs: number;
  reason: string;
  note: string | null;
  requestId: string | null;
};

/** Alerts of one lease: those that are named, or all that were claimed until one time. */
export type Leased = { leaseToken: string } & ({ refs: readonly string[] } | { lockUntilMs: number });

/** Writes the event of alerts that the token holds, before or after they move. Index: the primary key, or alert_leased. */
export function recordLeased(
  ctx: Ctx,
  leased: Leased,
  move: { from: AlertStatus; to: AlertStatus | 'acked unless it rose' },
  event: EventText,
): CompiledQuery {
  const { leaseToken } = leased;
  const found = 'refs' in leased ? { ...leased, lockUntilMs: 0 } : { ...leased, refs: [] };
  return record(ctx, { ...move, refsAreGiven: 'refs' in leased }, { ...event, ...found, leaseToken });
}

type RecordShape = { from: AlertStatus; to: AlertStatus | 'acked unless it rose'; refsAreGiven: boolean };
type RecordValues = EventText & { leaseToken: string; refs: readonly string[]; lockUntilMs: number };

const record = defineStatement<RecordValues, RecordShape, unknown>(({ db, dialect, value }, shape) => {
  const to = shape.to === 'acked unless it rose' ? ackedUnlessItRose() : sql.lit<AlertStatus>(shape.to);
  return db
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
          sql<string>`cast(${value('eventId')} as text)`.as('event_id'),
          sql<number>`cast(${value('nowMs')} as bigint)`.as('at'),
          sql<string>`cast(${value('actor')} as text)`.as('actor'),
          sql.lit<AlertStatus>(shape.from).as('from_status'),
          to.as('to_status'),
          sql<string>`cast(${value('reason')} as text)`.as('reason'),
          sql<string | null>`cast(${value('note')} as text)`.as('note'),
          sql<string | null>`cast(${value('requestId')} as text)`.as('request_id'),
        ])
        .where('lease_token', '=', value('leaseToken'))
        .where('status', '=', sql.lit<AlertStatus>('processing'))
        .where((eb) =>
          shape.refsAreGiven
            ? dialect.isOneOf(sql.ref('alert_ref'), value('refs'))
            : eb('processing_lock_until', '=', value('lockUntilMs')),
        )
        // Else the alert could move between this statement and the one that moves it.
        .modifyEnd(dialect.forUpdate),
    );
});

const itRose = sql<boolean>`rose_since_claim = 1 and ended_at is null`;
const ackedUnlessItRose = () => sql<AlertStatus>`case when ${itRose} then 'new' else 'acked' end`;

export type Ack = {
  leaseToken: string;
  refs: readonly string[];
  nowMs: number;
  /** By reference. Null: they are part of none. Undefined: stays as it is. */
  incidentIds: Readonly<Record<string, string>> | null | undefined;
  announced: boolean;
};

/** Ends the lease of the alerts that the token still holds, and answers those. Index: the primary key. */
export function ackLeased(ctx: Ctx, ack: Ack): CompiledQuery<{ alert_ref: string; status: AlertStatus }> {
  const { announced, incidentIds, ...values } = ack;
  const shape = { announced, setsIncident: incidentIds !== undefined };
  return acknowledge(ctx, shape, { ...values, incidentIds: incidentIds ?? {} });
}

type AckShape = { announced: boolean; setsIncident: boolean };
type AckValues = Pick<Ack, 'leaseToken' | 'refs' | 'nowMs'> & {
  incidentIds: Readonly<Record<string, string>>;
};
type AckRow = { alert_ref: string; status: AlertStatus };

const acknowledge = defineStatement<AckValues, AckShape, AckRow>(({ db, dialect, value }, shape) =>
  db
    .updateTable('alert')
    .set({
      status: ackedUnlessItRose(),
      attempts: sql<number>`case when ${itRose} then 0 else attempts end`,
      owner: null,
      lease_token: null,
      processing_lock_until: null,
      retry_at: null,
      last_error: null,
      updated_at: value('nowMs'),
      ...(shape.setsIncident
        ? { incident_id: dialect.textByKey(sql.ref('alert_ref'), value('incidentIds')) }
        : {}),
      ...(shape.announced ? { announced: 1 } : {}),
    })
    .where('lease_token', '=', value('leaseToken'))
    .where('status', '=', sql.lit<AlertStatus>('processing'))
    .where(dialect.isOneOf(sql.ref('alert_ref'), value('refs')))
    .returning(['alert_ref', 'status']),
);

/** What nobody works on. */
const waiting = { status: 'new', owner: null, lease_token: null, processing_lock_until: null } as const;

/** Ends the lease without an end of the work: what the token still holds is left to workers, unless it rose. Index: the primary key. */
export function leaveLeased(
  ctx: Ctx,
  { leaseToken, refs, nowMs, incidentIds, announced }: Ack,
): CompiledQuery<{ alert_ref: string; status: AlertStatus }> {
  return ctx.db
    .updateTable('alert')
    .set({
      ...waiting,
      retry_at: sql<number | null>`case when ${itRose} then null else cast(${leftToWorkers} as bigint) end`,
      last_error: null,
      updated_at: nowMs,
      ...(incidentIds === undefined
        ? {}
        : { incident_id: ctx.dialect.textByKey(sql.ref('alert_ref'), incidentIds ?? {}) }),
      ...(announced ? { announced: 1 } : {}),
    })
    .where('lease_token', '=', leaseToken)
    .where('status', '=', sql.lit<AlertStatus>('processing'))
    .where(ctx.dialect.isOneOf(sql.ref('alert_ref'), refs))
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
      ...waiting,
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
