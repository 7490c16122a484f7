import { type CompiledQuery, type RawBuilder, type SqlBool, sql } from 'kysely';
import {
  type AlertRow,
  type AlertStatus,
  type Ctx,
  type Dialect,
  defineStatement,
  workIs,
} from '../store/index.ts';
import { leftToWorkers } from './left.ts';
import { matchesFilters } from './queries-list.ts';
import { type EventText, withEvents } from './queries-moves.ts';
import type { AlertFilters } from './types.ts';

export type Claim = {
  owner: string;
  leaseToken: string;
  limit: number;
  lockUntilMs: number;
  nowMs: number;
  event: EventText;
  /** Only alerts first seen since; null: all. */
  sinceMs: number | null;
  filters: AlertFilters;
  /** Whether it also gets what the supervisor is done with and leaves to others. */
  takesLeft: boolean;
  /** What is stalled goes back first, and may be more severe than all that waits. */
  when: 'unless any is stalled' | 'anyhow';
};

/** What it sets alike in all that it leases: none of that has to travel back with each. */
type Leased = Pick<
  AlertRow,
  | 'status'
  | 'owner'
  | 'lease_token'
  | 'processing_lock_until'
  | 'retry_at'
  | 'rose_since_claim'
  | 'updated_at'
>;
/** What a claim answers of an alert. */
export type Said = Omit<AlertRow, keyof Leased>;

/** Answers the alerts that a claim has leased. */
export function toLeased(claim: Claim, rows: readonly Said[]): AlertRow[] {
  const leased: Leased = {
    status: 'processing',
    owner: claim.owner,
    lease_token: claim.leaseToken,
    processing_lock_until: claim.lockUntilMs,
    retry_at: null,
    rose_since_claim: 0,
    updated_at: claim.nowMs,
  };
  return rows.map((row) => ({ ...row, ...leased }));
}

/** Leases the most severe, then the oldest waiting alerts, with an event of each. Index: alert_waiting. */
export function leaseWaiting(ctx: Ctx, claim: Claim): CompiledQuery<Said> {
  const { filters, when, takesLeft, limit, event, ...values } = claim;
  const shape = { filters, when, takesLeft, limit, hasWindow: claim.sinceMs !== null };
  return lease(ctx, shape, { ...values, ...event });
}

// Limits are part of the text here: bound, SQLite would plan the statement anew each time.
type LeaseShape = Pick<Claim, 'filters' | 'when' | 'takesLeft' | 'limit'> & { hasWindow: boolean };
type LeaseValues = Omit<Claim, 'filters' | 'when' | 'takesLeft' | 'limit' | 'event'> & EventText;

const said = [
  'alert_ref',
  'dedupe_key',
  'fingerprint',
  'signature',
  'service',
  'env',
  'kind',
  'severity',
  'severity_rank',
  'title',
  'message',
  'source',
  'occurrences',
  'first_seen_at',
  'last_seen_at',
  'started_at',
  'ends_at',
  'ended_at',
  'dedupe_ttl_ms',
  'labels',
  'annotations',
  'metrics',
  'evidence',
  'component',
  'attempts',
  'last_error',
  'announced',
  'incident_id',
  'silenced_by',
  'request_id',
  'created_at',
] as const satisfies (keyof AlertRow)[];

const lease = defineStatement<LeaseValues, LeaseShape, Said>(({ db, dialect, value }, shape) => {
  // As a plain subselect PostgreSQL may run it once a row, and lease more than the limit.
  const claim = db
    .with(
      (cte) => cte('waiting').materialized(),
      () => selectWaiting(db, dialect, value, shape),
    )
    .updateTable('alert')
    .set({
      status: sql.lit<AlertStatus>('processing'),
      owner: value('owner'),
      lease_token: value('leaseToken'),
      processing_lock_until: value('lockUntilMs'),
      retry_at: null,
      rose_since_claim: 0,
      updated_at: value('nowMs'),
    })
    .where('alert_ref', 'in', (eb) => eb.selectFrom('waiting').select('waiting.alert_ref'))
    .$if(looksInLine(dialect, shape), (query) =>
      query.where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('waiting').select('alert_ref').where('status', '=', sql.lit('processing')))),
      ),
    )
    .returning(said);
  return withEvents(dialect, claim, { from: 'new', to: 'processing' }, value);
});

/** Whether what was lost is found where it stands among what waits; else an index of leases tells whether any was. */
function looksInLine({ movesChangedRows }: Dialect, { when }: LeaseShape): boolean {
  return movesChangedRows && when === 'unless any is stalled';
}

function selectWaiting(
  db: Ctx['db'],
  dialect: Dialect,
  value: <Name extends keyof LeaseValues>(name: Name) => LeaseValues[Name],
  shape: LeaseShape,
) {
  const [lost, due] = selectStalled(db, dialect, value('nowMs'));
  const inLine = looksInLine(dialect, shape);
  return db
    .selectFrom('alert')
    .select(['alert_ref', 'status'])
    .where((eb) =>
      eb.or([
        eb.and([workIs(dialect, 'new'), mayBeTaken(value('nowMs'), shape)]),
        ...(inLine ? [isLost(dialect, value('nowMs'))] : []),
      ]),
    )
    .where((eb) => eb.and(matchesFilters(eb, shape.filters, dialect)))
    .$if(shape.hasWindow, (query) => query.where('first_seen_at', '>=', value('sinceMs') as number))
    .$if(shape.when === 'unless any is stalled', (query) =>
      query.where(({ and, not, exists }) =>
        and([due, ...(inLine ? [] : [lost])].map((stalled) => not(exists(stalled.select('alert_ref'))))),
      ),
    )
    .orderBy('severity_rank')
    .orderBy('alert_ref')
    .limit(sql.lit(shape.limit))
    .modifyEnd(dialect.skipLocked);
}

function mayBeTaken(nowMs: number, { takesLeft }: LeaseShape): RawBuilder<SqlBool> {
  const left = takesLeft ? sql`or retry_at = ${sql.lit(leftToWorkers)}` : sql``;
  return sql<SqlBool>`(retry_at is null or retry_at <= ${nowMs} ${left})`;
}

function isLost(dialect: Dialect, nowMs: number): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${workIs(dialect, 'processing')} and processing_lock_until <= ${nowMs})`;
}

/** Finds one alert whose lease has ended or whose retry is due, cheaply. Indexes: those of `workIs`. */
export function findStalled(ctx: Ctx, nowMs: number): CompiledQuery<{ alert_ref: string }>[] {
  return [findLost(ctx, null, { nowMs }), findDue(ctx, null, { nowMs })];
}

type Found = { alert_ref: string };

const findLost = defineStatement<{ nowMs: number }, null, Found>(({ db, dialect, value }) =>
  selectStalled(db, dialect, value('nowMs'))[0].select('alert_ref').limit(sql.lit(1)),
);

const findDue = defineStatement<{ nowMs: number }, null, Found>(({ db, dialect, value }) =>
  selectStalled(db, dialect, value('nowMs'))[1].select('alert_ref').limit(sql.lit(1)),
);

function selectStalled(db: Ctx['db'], dialect: Dialect, nowMs: number) {
  const lost = db.selectFrom('alert').where(isLost(dialect, nowMs));
  const due = db.selectFrom('alert').where(workIs(dialect, 'failed')).where('retry_at', '<=', nowMs);
  return [lost, due] as const;
}

/** Answers alerts whose lease has ended or whose retry is due, held until the commit. */
export async function lockStalled(ctx: Ctx, nowMs: number, limit: number): Promise<AlertRow[]> {
  const rows: AlertRow[] = [];
  for (const query of selectStalled(ctx.db, ctx.dialect, nowMs)) {
    const locked = query.selectAll().orderBy('alert_ref').limit(limit).modifyEnd(ctx.dialect.skipLocked);
    rows.push(...(await locked.execute()));
  }
  return rows;
}
