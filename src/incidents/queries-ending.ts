import { sql } from 'kysely';
import type { Ctx, IncidentEventType } from '../store/index.ts';

export type Ending = { incidentId: string; actor: string; message: string };

const shownSteps = 200;

/** Answers what was said when each of the incidents last changed its status. Index: the primary key of incident_event. */
export async function selectEndings(ctx: Ctx, incidentIds: readonly string[]): Promise<Ending[]> {
  if (incidentIds.length === 0) return [];
  const rows = await ctx.db
    .selectFrom('incident_event')
    .select(['incident_id', 'actor', 'message'])
    .where(ctx.dialect.isOneOf(sql.ref('incident_id'), incidentIds))
    .where('type', '=', sql.lit<IncidentEventType>('status_change'))
    .orderBy('at', 'desc')
    .orderBy('event_id', 'desc')
    .limit(shownSteps)
    .execute();
  const latest = new Map<string, Ending>();
  for (const { incident_id: incidentId, actor, message } of rows)
    if (!latest.has(incidentId)) latest.set(incidentId, { incidentId, actor, message });
  return [...latest.values()];
}
