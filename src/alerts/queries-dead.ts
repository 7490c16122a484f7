import { sql } from 'kysely';
import type { AlertRow, AlertStatus, Ctx } from '../store/index.ts';

/** The reason under which the trail of a dead alert says that somebody was told. */
export const deadReported = 'dead_reported';

/** Answers dead alerts that nobody was told of since they died; those about Tocsin itself are left out. Index: alert_dead. */
export function listUnreportedDead(ctx: Ctx, limit: number): Promise<AlertRow[]> {
  return ctx.db
    .selectFrom('alert')
    .selectAll('alert')
    .where('status', '=', sql.lit<AlertStatus>('dead'))
    .where('service', '!=', 'tocsin')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('alert_decision')
            .select('alert_decision.reason')
            .whereRef('alert_decision.alert_ref', '=', 'alert.alert_ref')
            .where('alert_decision.reason', '=', deadReported)
            .whereRef('alert_decision.last_at', '>=', 'alert.updated_at'),
        ),
      ),
    )
    .orderBy('alert_ref')
    .limit(limit)
    .execute();
}
