import type { CompiledQuery } from 'kysely';
import type { Ctx, IncidentEventRow, IncidentEventType } from '../store/index.ts';

export type NewEvent = {
  incidentId: string;
  type: IncidentEventType;
  message: string;
  meta?: Readonly<Record<string, unknown>>;
  /** The same id again counts into the same row; a new one where absent. */
  eventId?: string;
};

const countRepeats = `on conflict (incident_id, event_id) do update set
  occurrences = incident_event.occurrences + 1, last_at = excluded.last_at`;

/** Appends to timelines in the name of the actor; answers the statement, none for no events. Index: the primary key. */
export function appendEvents(ctx: Ctx, events: readonly NewEvent[]): CompiledQuery[] {
  const rows = events.map((event) => newEventRow(ctx, event));
  return ctx.dialect.insertRows('incident_event', rows, { onConflict: countRepeats });
}

/** Answers the row of a new event, in the name of the actor. */
export function newEventRow(ctx: Ctx, event: NewEvent): IncidentEventRow {
  const nowMs = ctx.clock.now();
  return {
    incident_id: event.incidentId,
    event_id: event.eventId ?? ctx.ids.ulid(),
    at: nowMs,
    last_at: nowMs,
    occurrences: 1,
    type: event.type,
    actor: ctx.actor.name,
    message: event.message,
    meta: event.meta ? JSON.stringify(event.meta) : null,
  };
}

/** Answers the newest events of a timeline, newest first. Index: the primary key. */
export function selectEvents(ctx: Ctx, incidentId: string, limit: number): Promise<IncidentEventRow[]> {
  return ctx.db
    .selectFrom('incident_event')
    .selectAll()
    .where('incident_id', '=', incidentId)
    .orderBy('at', 'desc')
    .orderBy('event_id', 'desc')
    .limit(limit)
    .execute();
}

/** Answers how many rows a timeline has. Index: the primary key. */
export async function countEvents(ctx: Ctx, incidentId: string): Promise<number> {
  const row = await ctx.db
    .selectFrom('incident_event')
    .select((eb) => eb.fn.countAll<number>().as('events'))
    .where('incident_id', '=', incidentId)
    .executeTakeFirst();
  return row?.events ?? 0;
}
