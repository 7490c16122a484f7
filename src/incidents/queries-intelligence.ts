import { sql } from 'kysely';
import { encodeTime } from '../core/ids.ts';
import type { Ctx, IncidentRow } from '../store/index.ts';

/** Answers incidents made in a span of time, newest first. Index: the primary key, whose order is that of creation. */
export function selectIncidentsBetween(
  ctx: Ctx,
  span: { fromMs: number; toMs: number; limit: number },
): Promise<IncidentRow[]> {
  return ctx.db
    .selectFrom('incident')
    .selectAll()
    .where('incident_id', '>=', `inc_${encodeTime(Math.max(0, span.fromMs))}`)
    .where('incident_id', '<', `inc_${encodeTime(Math.max(0, span.toMs))}`)
    .orderBy('incident_id', 'desc')
    .limit(span.limit)
    .execute();
}

/** Answers incidents that are not over, newest first. Index: incident_unfinished. */
export function listOpenIncidentRows(ctx: Ctx, limit: number): Promise<IncidentRow[]> {
  return ctx.db
    .selectFrom('incident')
    .selectAll()
    .where(sql<boolean>`status in ('open', 'mitigating')`)
    .orderBy('incident_id', 'desc')
    .limit(limit)
    .execute();
}

/** Answers all signatures that the incidents stand or stood for. Index: incident_signature_incident_id. */
export function selectSignaturesOf(
  ctx: Ctx,
  incidentIds: readonly string[],
): Promise<{ incident_id: string; signature: string }[]> {
  return ctx.db
    .selectFrom('incident_signature')
    .select(['incident_id', 'signature'])
    .where(ctx.dialect.isOneOf(sql.ref('incident_id'), incidentIds))
    .execute();
}
