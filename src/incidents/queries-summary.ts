import type { CompiledQuery } from 'kysely';
import type { Ctx, TriageSummaryRow } from '../store/index.ts';

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
