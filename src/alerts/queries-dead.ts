import { sql } from 'kysely';
import { type AlertRow, type AlertStatus, type Ctx, workIs } from '../store/index.ts';

/** The reason under which the trail of a dead alert says that somebody was told. */
export const deadReported = 'dead_reported';

const fingerprintPrefix = 'dead-alert:';
const isDead = ({ dialect }: Ctx) =>
  sql<boolean>`${workIs(dialect, 'dead', 'dead')} and dead.ended_at is null`;

/** Answers the fingerprint of the alert that tells of a dead one. */
export function fingerprintDead(alertRef: string): string {
  return `${fingerprintPrefix}${alertRef}`;
}

/**
 * Answers live dead alerts that nobody was told of since they died; those about Tocsin itself are left out. What a dead
 * alert hears of later writes events from `dead` to `dead`. Index: alert_dead, the primary keys.
 */
export function listUnreportedDead(ctx: Ctx, limit: number): Promise<AlertRow[]> {
  const diedAt = ctx.db
    .selectFrom('alert_event')
    .select((eb) => eb.fn.max('at').as('at'))
    .whereRef('alert_event.alert_ref', '=', sql.ref('dead.alert_ref'))
    .where('to_status', '=', sql.lit<AlertStatus>('dead'))
    .where('from_status', '!=', sql.lit<AlertStatus>('dead'));
  return ctx.db
    .selectFrom('alert as dead')
    .selectAll('dead')
    .where(isDead(ctx))
    .where('service', '!=', 'tocsin')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('alert_decision')
            .select('alert_decision.reason')
            .whereRef('alert_decision.alert_ref', '=', 'dead.alert_ref')
            .where('alert_decision.reason', '=', deadReported)
            .where('alert_decision.last_at', '>=', diedAt),
        ),
      ),
    )
    .orderBy('alert_ref')
    .limit(limit)
    .execute();
}

/** Answers the live alerts of the source that tell of one that is dead no more, or has ended. Index: alert_unbounded, the primary key. */
export function listOutlivedReports(ctx: Ctx, source: string, limit: number): Promise<AlertRow[]> {
  const told = sql.lit(fingerprintPrefix.length);
  return ctx.db
    .selectFrom('alert as report')
    .selectAll('report')
    .where('source', '=', source)
    .where('ended_at', 'is', null)
    .where('ends_at', 'is', null)
    .where('dedupe_ttl_ms', 'is', null)
    .where(sql<boolean>`substr(fingerprint, 1, ${told}) = ${sql.lit(fingerprintPrefix)}`)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('alert as dead')
            .select('dead.alert_ref')
            .where(isDead(ctx))
            .where(sql<boolean>`dead.alert_ref = substr(report.fingerprint, ${told} + 1)`),
        ),
      ),
    )
    .orderBy('alert_ref')
    .limit(limit)
    .execute();
}
