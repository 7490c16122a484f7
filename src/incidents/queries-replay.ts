import type { Ctx, IncidentRow } from '../store/index.ts';

/** Answers the incidents that were opened since the time, those about Tocsin itself excepted, oldest first. Index: the primary key. */
export function selectIncidentsSince(ctx: Ctx, sinceMs: number): Promise<IncidentRow[]> {
  return ctx.db
    .selectFrom('incident')
    .selectAll()
    .where('created_at', '>=', sinceMs)
    .where('service', '!=', 'tocsin')
    .orderBy('incident_id')
    .execute();
}
