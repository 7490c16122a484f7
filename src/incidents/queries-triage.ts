import type { CompiledQuery } from 'kysely';
import type { Ctx, TriageRow } from '../store/index.ts';

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
