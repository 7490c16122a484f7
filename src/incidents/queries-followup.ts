import { type CompiledQuery, sql } from 'kysely';
import type { Ctx, FollowupStatus, IncidentFollowupRow } from '../store/index.ts';

const isOpen = sql<boolean>`status = 'open'`;

export type NewFollowup = Pick<
  IncidentFollowupRow,
  'incident_id' | 'title' | 'owner' | 'priority' | 'due_at' | 'links'
>;

/** Answers the row of a new follow-up, in the name of the actor. */
export function newFollowupRow(ctx: Ctx, followup: NewFollowup): IncidentFollowupRow {
  const nowMs = ctx.clock.now();
  return {
    ...followup,
    followup_id: `fup_${ctx.ids.ulid()}`,
    status: 'open',
    created_by: ctx.actor.name,
    created_at: nowMs,
    updated_at: nowMs,
  };
}

/** Inserts follow-ups; answers the statement, none for no rows. */
export function insertFollowups(ctx: Ctx, rows: readonly IncidentFollowupRow[]): CompiledQuery[] {
  return ctx.dialect.insertRows('incident_followup', rows);
}

/** Answers the follow-ups of an incident, newest first. Index: incident_followup_incident_id. */
export function selectFollowupsOf(
  ctx: Ctx,
  incidentId: string,
  limit: number,
): Promise<IncidentFollowupRow[]> {
  return ctx.db
    .selectFrom('incident_followup')
    .selectAll()
    .where('incident_id', '=', incidentId)
    .orderBy('followup_id', 'desc')
    .limit(limit)
    .execute();
}

/** Answers one follow-up of an incident, held until the commit, or null. Index: the primary key. */
export async function lockFollowup(
  ctx: Ctx,
  incidentId: string,
  followupId: string,
): Promise<IncidentFollowupRow | null> {
  const row = await ctx.db
    .selectFrom('incident_followup')
    .selectAll()
    .where('followup_id', '=', followupId)
    .where('incident_id', '=', incidentId)
    .modifyEnd(ctx.dialect.forUpdate)
    .executeTakeFirst();
  return row ?? null;
}

/** Changes a follow-up that is held. Index: the primary key. */
export function changeFollowup(
  ctx: Ctx,
  followupId: string,
  change: Partial<IncidentFollowupRow>,
): CompiledQuery {
  return ctx.db.updateTable('incident_followup').set(change).where('followup_id', '=', followupId).compile();
}

/** Gives the open follow-ups of an incident to another; what is done or cancelled stays with its story. Index: incident_followup_incident_id. */
export function moveFollowups(ctx: Ctx, fromId: string, toId: string): CompiledQuery {
  return ctx.db
    .updateTable('incident_followup')
    .set({ incident_id: toId, updated_at: ctx.clock.now() })
    .where('incident_id', '=', fromId)
    .where(isOpen)
    .compile();
}

export type FollowupFilters = {
  status: FollowupStatus;
  owner: string | undefined;
  /** Only those whose due date is before. */
  dueBefore: number | null;
};

export type NumberedFollowup = IncidentFollowupRow & { number: number };

/** Answers follow-ups with the numbers of their incidents, newest first. Index: incident_followup_open, the primary key. */
export function selectFollowups(
  ctx: Ctx,
  filters: FollowupFilters,
  page: { beforeId: string | null; limit: number },
): Promise<NumberedFollowup[]> {
  let query = ctx.db
    .selectFrom('incident_followup')
    .innerJoin('incident', 'incident.incident_id', 'incident_followup.incident_id')
    .selectAll('incident_followup')
    .select('incident.number')
    .where('incident_followup.status', '=', sql.lit(filters.status));
  if (filters.owner !== undefined) query = query.where('incident_followup.owner', '=', filters.owner);
  if (filters.dueBefore !== null) query = query.where('due_at', '<', filters.dueBefore);
  if (page.beforeId !== null) query = query.where('followup_id', '<', page.beforeId);
  return query.orderBy('followup_id', 'desc').limit(page.limit).execute();
}

/** Answers how many follow-ups are open, and how many of them overdue. Index: incident_followup_open. */
export async function countFollowups(ctx: Ctx): Promise<{ open: number; overdue: number }> {
  const row = await ctx.db
    .selectFrom('incident_followup')
    .select((eb) => [
      eb.fn.countAll<number>().as('open'),
      sql<number>`coalesce(sum(case when due_at < ${ctx.clock.now()} then 1 else 0 end), 0)`.as('overdue'),
    ])
    .where(isOpen)
    .executeTakeFirst();
  return { open: row?.open ?? 0, overdue: row?.overdue ?? 0 };
}
