import { type CompiledQuery, sql } from 'kysely';
import type { Ctx, TriageSummaryRow } from '../store/index.ts';

const pending = sql<boolean>`status = 'pending'`;

/** Inserts a summary that waits for a worker. */
export function insertSummary(
  ctx: Ctx,
  wanted: { triageId: string; incidentId: string; report: string },
): CompiledQuery[] {
  const row: TriageSummaryRow = {
    triage_id: wanted.triageId,
    incident_id: wanted.incidentId,
    status: 'pending',
    report: wanted.report,
    attempts: 0,
    lease_token: null,
    locked_until: null,
    error: null,
    created_at: ctx.clock.now(),
    finished_at: null,
  };
  return ctx.dialect.insertRows('triage_summary', [row]);
}

function selectWaiting(ctx: Ctx) {
  return ctx.db
    .selectFrom('triage_summary')
    .select('triage_id')
    .where(pending)
    .where((eb) => eb.or([eb('locked_until', 'is', null), eb('locked_until', '<=', ctx.clock.now())]))
    .orderBy('triage_id')
    .limit(1);
}

/** Answers whether a summary waits that nobody has. Index: triage_summary_pending. */
export async function hasPendingSummary(ctx: Ctx): Promise<boolean> {
  return (await selectWaiting(ctx).executeTakeFirst()) !== undefined;
}

/** Leases the summary that waits longest, or one whose worker is gone; null: none waits. Index: triage_summary_pending. */
export async function leaseSummary(
  ctx: Ctx,
  lease: { token: string; untilMs: number },
): Promise<TriageSummaryRow | null> {
  const waiting = selectWaiting(ctx).modifyEnd(ctx.dialect.skipLocked);
  // As a plain subselect PostgreSQL may run it once a row, and lease more than one.
  const row = await ctx.db
    .with(
      (cte) => cte('waiting').materialized(),
      () => waiting,
    )
    .updateTable('triage_summary')
    .set((eb) => ({
      lease_token: lease.token,
      locked_until: lease.untilMs,
      attempts: eb('attempts', '+', 1),
    }))
    .where('triage_id', 'in', (eb) => eb.selectFrom('waiting').select('waiting.triage_id'))
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

/** Changes a summary that is still leased under the token; answers whether it was. Index: the primary key. */
export async function changeLeasedSummary(
  ctx: Ctx,
  summary: Pick<TriageSummaryRow, 'triage_id' | 'lease_token'>,
  change: Partial<TriageSummaryRow>,
): Promise<boolean> {
  const rows = await ctx.db
    .updateTable('triage_summary')
    .set(change)
    .where('triage_id', '=', summary.triage_id)
    .where('lease_token', '=', summary.lease_token)
    .where(pending)
    .returning('triage_id')
    .execute();
  return rows.length > 0;
}
