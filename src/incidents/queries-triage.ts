import { type CompiledQuery, sql } from 'kysely';
import type { Ctx, TriageRow } from '../store/index.ts';

const pending = sql<boolean>`status = 'pending'`;

/** Inserts a triage that waits for a worker. */
export function insertTriage(
  ctx: Ctx,
  triage: { incidentId: string; alertRef: string; signature: string; env: string; nowMs: number },
): CompiledQuery[] {
  const row: TriageRow = {
    triage_id: `trg_${ctx.ids.ulid()}`,
    incident_id: triage.incidentId,
    alert_ref: triage.alertRef,
    signature: triage.signature,
    env: triage.env,
    status: 'pending',
    attempts: 0,
    lease_token: null,
    locked_until: null,
    error: null,
    created_at: triage.nowMs,
    finished_at: null,
  };
  return ctx.dialect.insertRows('triage', [row]);
}

/** Gives the triages of an incident that still wait to another. Index: triage_incident_id. */
export function moveTriages(ctx: Ctx, fromId: string, toId: string): CompiledQuery {
  return ctx.db
    .updateTable('triage')
    .set({ incident_id: toId })
    .where('incident_id', '=', fromId)
    .where(pending)
    .compile();
}

/** Answers whether a triage waits that nobody has. Index: triage_pending. */
export async function hasPendingTriage(ctx: Ctx): Promise<boolean> {
  const row = await ctx.db
    .selectFrom('triage')
    .select('triage_id')
    .where(pending)
    .where((eb) => eb.or([eb('locked_until', 'is', null), eb('locked_until', '<=', ctx.clock.now())]))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Leases waiting triages, oldest first, and those whose worker is gone. Index: triage_pending. */
export async function leaseTriages(
  ctx: Ctx,
  lease: { token: string; untilMs: number; limit: number },
): Promise<TriageRow[]> {
  const nowMs = ctx.clock.now();
  const waiting = ctx.db
    .selectFrom('triage')
    .select('triage_id')
    .where(pending)
    .where((eb) => eb.or([eb('locked_until', 'is', null), eb('locked_until', '<=', nowMs)]))
    .orderBy('triage_id')
    .limit(lease.limit)
    .modifyEnd(ctx.dialect.skipLocked);
  // As a plain subselect PostgreSQL may run it once a row, and lease more than the limit.
  return ctx.db
    .with(
      (cte) => cte('waiting').materialized(),
      () => waiting,
    )
    .updateTable('triage')
    .set((eb) => ({
      lease_token: lease.token,
      locked_until: lease.untilMs,
      attempts: eb('attempts', '+', 1),
    }))
    .where('triage_id', 'in', (eb) => eb.selectFrom('waiting').select('waiting.triage_id'))
    .returningAll()
    .execute();
}

/** Changes a triage that is still leased under the token; answers whether it was. Index: the primary key. */
export async function changeLeasedTriage(
  ctx: Ctx,
  triage: Pick<TriageRow, 'triage_id' | 'lease_token'>,
  change: Partial<TriageRow>,
): Promise<boolean> {
  const rows = await ctx.db
    .updateTable('triage')
    .set(change)
    .where('triage_id', '=', triage.triage_id)
    .where('lease_token', '=', triage.lease_token)
    .where(pending)
    .returning('triage_id')
    .execute();
  return rows.length > 0;
}
