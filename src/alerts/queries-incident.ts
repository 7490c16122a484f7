import { sql } from 'kysely';
import type { AlertEventRow, AlertRow, AlertSourceRow, AlertStatus, Ctx } from '../store/index.ts';

/** Answers live alerts whose promised repeat is overdue, held until the commit. Index: alert_lapse. */
export function lockLapsed(ctx: Ctx, nowMs: number, limit: number): Promise<AlertRow[]> {
  return ctx.db
    .selectFrom('alert')
    .selectAll()
    .where('ended_at', 'is', null)
    .where('ends_at', '<=', nowMs)
    .orderBy('ends_at')
    .orderBy('alert_ref')
    .limit(limit)
    .modifyEnd(ctx.dialect.skipLocked)
    .execute();
}

/** Whether there is one for `lockLapsed`, without a transaction. Index: that of the same. */
export async function hasLapsed(ctx: Ctx, nowMs: number): Promise<boolean> {
  const query = ctx.db
    .selectFrom('alert')
    .select('alert_ref')
    .where('ended_at', 'is', null)
    .where('ends_at', '<=', nowMs)
    .limit(1);
  return (await query.execute()).length > 0;
}

/** Answers the live alerts of an incident, held until the commit. Index: alert_incident. */
export function lockLiveOfIncident(ctx: Ctx, incidentId: string): Promise<AlertRow[]> {
  return ctx.db
    .selectFrom('alert')
    .selectAll()
    .where('incident_id', '=', incidentId)
    .where('ended_at', 'is', null)
    .orderBy('dedupe_key')
    .modifyEnd(ctx.dialect.forUpdate)
    .execute();
}

/** Answers the alerts of an incident, oldest first. Index: alert_incident. */
export function listAlertsOfIncident(ctx: Ctx, incidentId: string, limit = 500): Promise<AlertRow[]> {
  return ctx.db
    .selectFrom('alert')
    .selectAll()
    .where('incident_id', '=', incidentId)
    .orderBy('alert_ref')
    .limit(limit)
    .execute();
}

/** Answers live alerts of an incident behind the given one, in the order of their references. Index: alert_incident. */
export function selectLiveAlerts(
  ctx: Ctx,
  incidentId: string,
  page: { afterRef: string; limit: number },
): Promise<AlertRow[]> {
  return ctx.db
    .selectFrom('alert')
    .selectAll()
    .where('incident_id', '=', incidentId)
    .where('ended_at', 'is', null)
    .where('alert_ref', '>', page.afterRef)
    .orderBy('alert_ref')
    .limit(page.limit)
    .execute();
}

export type IncidentAlertSummary = {
  incidentId: string;
  total: number;
  live: number;
  /** Reports of all of them together. */
  occurrences: number;
  lastSeenAt: number;
  lastEndedAt: number | null;
};

/** Answers how the alerts of each incident stand; incidents without alerts are left out. Index: alert_incident. */
export async function summarizeIncidentAlerts(
  ctx: Ctx,
  incidentIds: readonly string[],
): Promise<IncidentAlertSummary[]> {
  const rows = await ctx.db
    .selectFrom('alert')
    .where(ctx.dialect.isOneOf(sql.ref('incident_id'), incidentIds))
    .groupBy('incident_id')
    .select((eb) => [
      'incident_id',
      eb.fn.countAll<number>().as('total'),
      sql<number>`sum(case when ended_at is null then 1 else 0 end)`.as('live'),
      eb.fn.sum<number>('occurrences').as('occurrences'),
      eb.fn.max('last_seen_at').as('last_seen_at'),
      eb.fn.max('ended_at').as('last_ended_at'),
    ])
    .execute();
  return rows.map((row) => ({
    incidentId: row.incident_id ?? '',
    total: row.total,
    live: row.live,
    occurrences: row.occurrences,
    lastSeenAt: row.last_seen_at,
    lastEndedAt: row.last_ended_at,
  }));
}

/** Answers which kinds of alerts each incident has. Index: alert_incident. */
export async function selectKindsOfIncidents(
  ctx: Ctx,
  incidentIds: readonly string[],
): Promise<{ incidentId: string; kind: string }[]> {
  const rows = await ctx.db
    .selectFrom('alert')
    .where(ctx.dialect.isOneOf(sql.ref('incident_id'), incidentIds))
    .groupBy(['incident_id', 'kind'])
    .select(['incident_id', 'kind'])
    .orderBy('kind')
    .execute();
  return rows.map((row) => ({ incidentId: row.incident_id ?? '', kind: row.kind }));
}

/**
 * Answers when the alerts of an incident, but for the newcomer, were heard last: now where one lives, else its end; one that
 * was superseded fell silent with its last repeat. Null: there is no other. Index: alert_incident.
 */
export async function findLastHeard(
  ctx: Ctx,
  incidentId: string,
  newcomerRef: string,
): Promise<number | null> {
  const row = await ctx.db
    .selectFrom('alert')
    .select(
      sql<number | null>`max(case when ended_at is null then ${ctx.clock.now()}
        when announced = 2 then last_seen_at else ended_at end)`.as('heard_at'),
    )
    .where('incident_id', '=', incidentId)
    .where('alert_ref', '!=', newcomerRef)
    .executeTakeFirst();
  return row?.heard_at ?? null;
}

/** Answers announced alerts without an incident that have ended and whose end nobody heard of. Index: alert_healed. */
export function listHealed(ctx: Ctx, limit: number): Promise<AlertRow[]> {
  return ctx.db
    .selectFrom('alert')
    .selectAll()
    .where('announced', '=', sql.lit(1))
    .where('incident_id', 'is', null)
    .where('ended_at', 'is not', null)
    .orderBy('ended_at')
    .orderBy('alert_ref')
    .limit(limit)
    .execute();
}

/** Notes that the end of alerts is told; answers those for which it was not yet. Joins an open transaction. */
export async function markEndAnnounced(ctx: Ctx, refs: readonly string[]): Promise<string[]> {
  const rows = await ctx.db
    .updateTable('alert')
    .set({ announced: 2 })
    .where('announced', '=', 1)
    .where(ctx.dialect.isOneOf(sql.ref('alert_ref'), refs))
    .returning('alert_ref')
    .execute();
  return rows.map((row) => row.alert_ref);
}

/** Answers the events of an alert that have rows, oldest first. Index: the primary key. */
export function listStoredEvents(ctx: Ctx, alertRef: string): Promise<AlertEventRow[]> {
  return ctx.db
    .selectFrom('alert_event')
    .selectAll()
    .where('alert_ref', '=', alertRef)
    .orderBy('event_id')
    .execute();
}

/** Answers when each source was last heard, by name. */
export function listSources(ctx: Ctx): Promise<AlertSourceRow[]> {
  return ctx.db.selectFrom('alert_source').selectAll().orderBy('source').execute();
}

/** Answers the live alerts of a source that last until it says that they are over. Index: alert_unbounded. */
export function listUnboundedOf(ctx: Ctx, source: string): Promise<AlertRow[]> {
  return ctx.db
    .selectFrom('alert')
    .selectAll()
    .where('source', '=', source)
    .where('ended_at', 'is', null)
    .where('ends_at', 'is', null)
    .where('dedupe_ttl_ms', 'is', null)
    .orderBy('alert_ref')
    .execute();
}

/** Writes the link of an alert to an incident. */
export async function updateIncidentOf(
  ctx: Ctx,
  alertRef: string,
  incidentId: string,
  status: AlertStatus,
): Promise<void> {
  await ctx.db
    .updateTable('alert')
    .set({
      incident_id: incidentId,
      announced: 1,
      status,
      retry_at: null,
      silenced_by: null,
      updated_at: ctx.clock.now(),
    })
    .where('alert_ref', '=', alertRef)
    .execute();
}

/** Gives the alerts of an incident to another. Index: alert_incident. */
export async function moveIncidentOf(ctx: Ctx, fromId: string, toId: string): Promise<void> {
  await ctx.db
    .updateTable('alert')
    .set({ incident_id: toId, updated_at: ctx.clock.now() })
    .where('incident_id', '=', fromId)
    .execute();
}
