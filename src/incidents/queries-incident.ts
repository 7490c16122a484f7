import { type CompiledQuery, sql } from 'kysely';
import {
  type Ctx,
  defineStatement,
  type IncidentRow,
  type IncidentStatus,
  type Question,
  writeLater,
} from '../store/index.ts';

/** Takes the next incident numbers, in order; the row stays held until the commit. Index: the primary key of counter. */
export async function takeNumbers(ctx: Ctx, count: number): Promise<number[]> {
  if (count === 0) return [];
  const { rows } = await ctx.db.executeQuery(take(ctx, null, { count }));
  return listNumbers(rows[0], count);
}

/**
 * Asks for numbers for as many new incidents as there may be, along with what decides how many there are; what is left is to
 * be given back in the same transaction. None where that would hold up other processes for longer.
 */
export function reserveNumbers(ctx: Ctx, count: number): Question<number[]> {
  if (!ctx.dialect.hasOneWriter || count <= 0) return { statements: [], read: () => [] };
  return {
    statements: [take(ctx, null, { count })],
    read: ([rows]) => listNumbers(rows?.[0] as { value: number } | undefined, count),
  };
}

/** Gives back the last of the numbers that the open transaction has taken; as `writeLater`. Index: the primary key of counter. */
export function giveBackNumbers(ctx: Ctx, count: number): Promise<void> {
  return writeLater(ctx, count > 0 ? [giveBack(ctx, null, { count })] : []);
}

const giveBack = defineStatement<{ count: number }, null, unknown>(({ db, value }) =>
  db
    .updateTable('counter')
    .set((eb) => ({ value: eb('value', '-', value('count')) }))
    .where('name', '=', sql.lit('incident')),
);

function listNumbers(counter: { value: number } | undefined, count: number): number[] {
  const last = counter?.value ?? 0;
  return Array.from({ length: count }, (_, i) => last - count + 1 + i);
}

const take = defineStatement<{ count: number }, null, { value: number }>(({ db, value }) =>
  db
    .insertInto('counter')
    .values({ name: sql.lit('incident'), value: value('count') })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet((eb) => ({ value: eb('counter.value', '+', eb.ref('excluded.value')) })),
    )
    .returning('value'),
);

/** Inserts incidents. */
export function insertIncidents(ctx: Ctx, rows: readonly IncidentRow[]): CompiledQuery[] {
  return ctx.dialect.insertRows('incident', rows);
}

/** Changes an incident that still has the status that was decided from; answers its id, or nothing. Index: the primary key. */
export function changeIncident(
  ctx: Ctx,
  incidentId: string,
  from: IncidentStatus,
  change: Partial<IncidentRow>,
): CompiledQuery<{ incident_id: string }> {
  return ctx.db
    .updateTable('incident')
    .set({ ...change, updated_at: ctx.clock.now() })
    .where('incident_id', '=', incidentId)
    .where('status', '=', from)
    .returning('incident_id')
    .compile();
}

/** Answers one incident by its id or its number, or null. Index: the primary key, incident_number. */
export async function selectIncident(
  ctx: Ctx,
  by: { incidentId: string } | { number: number },
): Promise<IncidentRow | null> {
  const query = ctx.db.selectFrom('incident').selectAll();
  const row =
    'number' in by
      ? await query.where('number', '=', by.number).executeTakeFirst()
      : await query.where('incident_id', '=', by.incidentId).executeTakeFirst();
  return row ?? null;
}

/** Answers incidents as they are seen now. Index: the primary key. */
export function selectIncidentsByIds(ctx: Ctx, incidentIds: readonly string[]): Promise<IncidentRow[]> {
  return ctx.db
    .selectFrom('incident')
    .selectAll()
    .where(ctx.dialect.isOneOf(sql.ref('incident_id'), incidentIds))
    .execute();
}

/** Answers incidents, held until the commit, in the order of their ids. Index: the primary key. */
export function lockIncidentRows(ctx: Ctx, incidentIds: readonly string[]): Promise<IncidentRow[]> {
  return ctx.db
    .selectFrom('incident')
    .selectAll()
    .where(ctx.dialect.isOneOf(sql.ref('incident_id'), incidentIds))
    .orderBy('incident_id')
    .modifyEnd(ctx.dialect.forUpdate)
    .execute();
}

/**
 * Answers ids of open and mitigating incidents without a live alert behind the given one, in their order. Index:
 * incident_unfinished, alert_incident.
 */
export async function selectQuietIds(ctx: Ctx, afterId: string, limit: number): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('incident')
    .select('incident_id')
    .where(sql<boolean>`status in ('open', 'mitigating')`)
    .where('incident_id', '>', afterId)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('alert')
            .select('alert.alert_ref')
            .whereRef('alert.incident_id', '=', 'incident.incident_id')
            .where('alert.ended_at', 'is', null),
        ),
      ),
    )
    .orderBy('incident_id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.incident_id);
}

export type IncidentFilters = {
  statusIn?: readonly IncidentStatus[] | undefined;
  severityIn?: readonly string[] | undefined;
  service?: string | undefined;
  env?: string | undefined;
  fromMs?: number | undefined;
  toMs?: number | undefined;
};

/** Answers incidents, newest first, behind the cursor's id. Index: the primary key, whose order is that of creation; incident_open. */
export function selectIncidents(
  ctx: Ctx,
  filters: IncidentFilters,
  page: { beforeId: string | null; limit: number },
): Promise<IncidentRow[]> {
  let query = ctx.db.selectFrom('incident').selectAll();
  if (filters.statusIn) query = query.where(ctx.dialect.isOneOf(sql.ref('status'), filters.statusIn));
  if (filters.severityIn) query = query.where(ctx.dialect.isOneOf(sql.ref('severity'), filters.severityIn));
  if (filters.service !== undefined) query = query.where('service', '=', filters.service);
  if (filters.env !== undefined) query = query.where('env', '=', filters.env);
  if (filters.fromMs !== undefined) query = query.where('created_at', '>=', filters.fromMs);
  if (filters.toMs !== undefined) query = query.where('created_at', '<', filters.toMs);
  if (page.beforeId !== null) query = query.where('incident_id', '<', page.beforeId);
  return query.orderBy('incident_id', 'desc').limit(page.limit).execute();
}

/** Answers open and mitigating incidents, newest first, of one service where it is given. Index: incident_unfinished, incident_open. */
export function selectOpenIncidents(
  ctx: Ctx,
  service: string | undefined,
  page: { beforeId: string | null; limit: number },
): Promise<IncidentRow[]> {
  let query = ctx.db.selectFrom('incident').selectAll().where(sql<boolean>`status in ('open', 'mitigating')`);
  if (service !== undefined) query = query.where('service', '=', service);
  if (page.beforeId !== null) query = query.where('incident_id', '<', page.beforeId);
  return query.orderBy('incident_id', 'desc').limit(page.limit).execute();
}
