import type { CompiledQuery } from 'kysely';
import type { Ctx, IncidentLinkRow, IncidentUpdateRow } from '../store/index.ts';

/** Inserts an update for the public; answers the statement. */
export function insertUpdate(ctx: Ctx, row: IncidentUpdateRow): CompiledQuery[] {
  return ctx.dialect.insertRows('incident_update', [row]);
}

/** Answers what the public was told of an incident, newest first. Index: the primary key. */
export function selectUpdates(ctx: Ctx, incidentId: string, limit: number): Promise<IncidentUpdateRow[]> {
  return ctx.db
    .selectFrom('incident_update')
    .selectAll()
    .where('incident_id', '=', incidentId)
    .orderBy('update_id', 'desc')
    .limit(limit)
    .execute();
}

const keepMerged = `on conflict (incident_id, other_id) do update set relation = excluded.relation
  where excluded.relation = 'merged'`;

/** Writes for both of two incidents that they belong together; a merger stands above a relation. Index: the primary key. */
export function insertLink(
  ctx: Ctx,
  [a, b]: readonly [string, string],
  relation: IncidentLinkRow['relation'],
): CompiledQuery[] {
  const link = { relation, created_at: ctx.clock.now() };
  const rows = [
    { incident_id: a, other_id: b, ...link },
    { incident_id: b, other_id: a, ...link },
  ];
  return ctx.dialect.insertRows('incident_link', rows, { onConflict: keepMerged });
}

/** Answers whether two incidents are linked. Index: the primary key. */
export async function hasLink(ctx: Ctx, incidentId: string, otherId: string): Promise<boolean> {
  const row = await ctx.db
    .selectFrom('incident_link')
    .select('relation')
    .where('incident_id', '=', incidentId)
    .where('other_id', '=', otherId)
    .executeTakeFirst();
  return row !== undefined;
}

export type LinkedIncident = {
  incident_id: string;
  number: number;
  title: string;
  status: string;
  severity: string;
  superseded_by: string | null;
  relation: IncidentLinkRow['relation'];
};

/** Answers the incidents that belong to one, newest first. Index: the primary key. */
export function selectLinked(ctx: Ctx, incidentId: string, limit: number): Promise<LinkedIncident[]> {
  return ctx.db
    .selectFrom('incident_link')
    .innerJoin('incident', 'incident.incident_id', 'incident_link.other_id')
    .select([
      'incident.incident_id',
      'incident.number',
      'incident.title',
      'incident.status',
      'incident.severity',
      'incident.superseded_by',
      'incident_link.relation',
    ])
    .where('incident_link.incident_id', '=', incidentId)
    .orderBy('incident_link.other_id', 'desc')
    .limit(limit)
    .execute();
}
