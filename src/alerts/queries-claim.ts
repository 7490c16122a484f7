import { type CompiledQuery, sql } from 'kysely';
import { type AlertRow, type AlertStatus, type Ctx, type Dialect, defineStatement } from '../store/index.ts';
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

/** Leases the most severe, then the oldest waiting alerts, with an event of each. Index: alert_waiting. */
export function leaseWaiting(ctx: Ctx, claim: Claim): CompiledQuery<AlertRow> {
  const { filters, when, takesLeft, limit, event, ...values } = claim;
  const shape = { filters, when, takesLeft, limit, hasWindow: claim.sinceMs !== null };
  return lease(ctx, shape, { ...values, ...event });
}

// Limits are part of the text here: bound, SQLite would plan the statement anew each time.
type LeaseShape = Pick<Claim, 'filters' | 'when' | 'takesLeft' | 'limit'> & { hasWindow: boolean };
type LeaseValues = Omit<Claim, 'filters' | 'when' | 'takesLeft' | 'limit' | 'event'> & EventText;

const lease = defineStatement<LeaseValues, LeaseShape, AlertRow>(({ db, dialect, value }, shape) => {
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
    .returningAll();
  return withEvents(dialect, claim, 'new', value);
});

function selectWaiting(
  db: Ctx['db'],
  dialect: Dialect,
  value: <Name extends keyof LeaseValues>(name: Name) => LeaseValues[Name],
  shape: LeaseShape,
) {
  const [lost, due] = selectStalled(db, value('nowMs'));
  return db
    .selectFrom('alert')
    .select('alert_ref')
    .where('status', '=', sql.lit('new'))
    .where((eb) =>
      eb.or([
        eb('retry_at', 'is', null),
        eb('retry_at', '<=', value('nowMs')),
        ...(shape.takesLeft ? [eb('retry_at', '=', sql.lit(leftToWorkers))] : []),
      ]),
    )
    .where((eb) => eb.and(matchesFilters(eb, shape.filters, dialect)))
    .$if(shape.hasWindow, (query) => query.where('first_seen_at', '>=', value('sinceMs') as number))
    .$if(shape.when === 'unless any is stalled', (query) =>
      query.where(({ and, not, exists }) =>
        and([not(exists(lost.select('alert_ref'))), not(exists(due.select('alert_ref')))]),
      ),
    )
    .orderBy('severity_rank')
    .orderBy('alert_ref')
    .limit(sql.lit(shape.limit))
    .modifyEnd(dialect.skipLocked);
}

/** Finds one alert whose lease has ended or whose retry is due, cheaply. Indexes: alert_leased, alert_retry. */
export function findStalled(ctx: Ctx, nowMs: number): CompiledQuery<{ alert_ref: string }>[] {
  return [findLost(ctx, null, { nowMs }), findDue(ctx, null, { nowMs })];
}

type Found = { alert_ref: string };

const findLost = defineStatement<{ nowMs: number }, null, Found>(({ db, value }) =>
  selectStalled(db, value('nowMs'))[0].select('alert_ref').limit(sql.lit(1)),
);

const findDue = defineStatement<{ nowMs: number }, null, Found>(({ db, value }) =>
  selectStalled(db, value('nowMs'))[1].select('alert_ref').limit(sql.lit(1)),
);

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
