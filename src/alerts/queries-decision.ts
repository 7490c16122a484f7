import type { AlertDecisionRow, Ctx } from '../store/index.ts';

/** A decision as it was made about one alert, or about several. */
export type DecisionSum = Omit<AlertDecisionRow, 'alert_ref'> & { alerts: number };

/** Answers what was decided about an alert. Index: the primary key. */
export async function listDecisions(ctx: Ctx, alertRef: string): Promise<DecisionSum[]> {
  const rows = await ctx.db
    .selectFrom('alert_decision')
    .selectAll()
    .where('alert_ref', '=', alertRef)
    .orderBy('reason')
    .execute();
  return rows.map(({ alert_ref: _, ...row }) => ({ ...row, alerts: 1 }));
}

/** Answers what was decided about the alerts of an incident, the same reason and rule in one. Index: alert_incident. */
export function sumDecisionsOfIncident(ctx: Ctx, incidentId: string): Promise<DecisionSum[]> {
  return ctx.db
    .selectFrom('alert')
    .innerJoin('alert_decision', 'alert_decision.alert_ref', 'alert.alert_ref')
    .where('alert.incident_id', '=', incidentId)
    .groupBy(['alert_decision.reason', 'alert_decision.rule'])
    .select((eb) => [
      'alert_decision.reason',
      'alert_decision.rule',
      eb.fn.sum<number>('alert_decision.occurrences').as('occurrences'),
      eb.fn.min('alert_decision.first_at').as('first_at'),
      eb.fn.max('alert_decision.last_at').as('last_at'),
      eb.fn.countAll<number>().as('alerts'),
    ])
    .orderBy('alert_decision.reason')
    .execute();
}
