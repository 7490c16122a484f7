import { type Expression, type SqlBool, sql } from 'kysely';
import type { Ctx } from '../store/index.ts';

export type Silence = {
  /** Nothing was heard since. */
  sinceMs: number;
  /** Whether those that are noted already are asked for again, where they are P2 or milder. */
  alsoNoted: boolean;
};

/**
 * Answers ids of live incidents that have fallen silent, in their order: their live alerts wait for no healing, and none
 * was repeated since. Index: incident_unfinished, alert_incident.
 */
export async function selectSilentIds(
  ctx: Ctx,
  silence: Silence,
  page: { afterId: string; limit: number } | { incidentId: string },
): Promise<string[]> {
  const isNews = silence.alsoNoted
    ? sql<SqlBool>`(candidate_at is null or severity in ('P2', 'P3', 'INFO'))`
    : sql<SqlBool>`candidate_at is null`;
  let query = ctx.db
    .selectFrom('incident')
    .select('incident_id')
    .where(sql<boolean>`status in ('open', 'mitigating')`)
    .where('last_alert_at', '<=', silence.sinceMs)
    .where(isNews)
    .where(hasLiveAlert(ctx, null))
    .where(({ not }) => not(hasLiveAlert(ctx, silence.sinceMs)))
    .orderBy('incident_id');
  if ('incidentId' in page) query = query.where('incident_id', '=', page.incidentId);
  else query = query.where('incident_id', '>', page.afterId).limit(page.limit);
  return (await query.execute()).map((row) => row.incident_id);
}

/** Whether the incident has a live alert; with a time, one that still speaks: repeated since, or live until it heals. */
function hasLiveAlert(ctx: Ctx, speaksSinceMs: number | null): Expression<SqlBool> {
  const speaks = sql<SqlBool>`(alert.ends_at is not null or alert.dedupe_ttl_ms is null
    or alert.last_seen_at > ${speaksSinceMs ?? 0})`;
  return sql<SqlBool>`exists ${ctx.db
    .selectFrom('alert')
    .select('alert.alert_ref')
    .where('alert.incident_id', '=', sql.ref<string>('incident.incident_id'))
    .where('alert.ended_at', 'is', null)
    .$if(speaksSinceMs !== null, (query) => query.where(speaks))}`;
}
