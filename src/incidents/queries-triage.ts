import type { CompiledQuery } from 'kysely';
import type { Ctx, TriageRow } from '../store/index.ts';

export type NewTriage = { incidentId: string; alertRef: string; signature: string; env: string };

/** Inserts triages that wait for a worker. */
export function insertTriages(ctx: Ctx, triages: readonly NewTriage[], nowMs: number): CompiledQuery[] {
  const rows = triages.map(
    (triage): TriageRow => ({
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
      created_at: nowMs,
      finished_at: null,
    }),
  );
  return ctx.dialect.insertRows('triage', rows);
}
