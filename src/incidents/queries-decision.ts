import type { Ctx, IncidentDecisionRow } from '../store/index.ts';

/** Answers what was decided about an incident as such. Index: the primary key. */
export function listIncidentDecisions(ctx: Ctx, incidentId: string): Promise<IncidentDecisionRow[]> {
  return ctx.db
    .selectFrom('incident_decision')
    .selectAll()
    .where('incident_id', '=', incidentId)
    .orderBy('reason')
    .execute();
}
