import type { Ctx, IncidentRow, SignatureStateRow } from '../store/index.ts';

/** Answers what is kept of a signature, one row an env. Index: the primary key. */
export function selectSignatureStates(ctx: Ctx, signature: string): Promise<SignatureStateRow[]> {
  return ctx.db
    .selectFrom('signature_state')
    .selectAll()
    .where('signature', '=', signature)
    .orderBy('env')
    .execute();
}

export type SignatureCounts = { env: string; occurrences: number; triages: number };

/** Answers alerts and triages of a signature since a time, one row an env. Index: the primary key. */
export function countSignatureSince(
  ctx: Ctx,
  signature: string,
  sinceMs: number,
): Promise<SignatureCounts[]> {
  return ctx.db
    .selectFrom('signature_minute')
    .select((eb) => [
      'env',
      eb.fn.sum<number>('occurrences').as('occurrences'),
      eb.fn.sum<number>('triages').as('triages'),
    ])
    .where('signature', '=', signature)
    .where('minute_at', '>=', sinceMs)
    .groupBy('env')
    .execute();
}

/** Forgets the triages of a signature, so that its next alert is triaged; answers the envs. Index: the primary key. */
export async function clearTriageTimes(
  ctx: Ctx,
  signature: string,
  env: string | undefined,
): Promise<string[]> {
  let query = ctx.db
    .updateTable('signature_state')
    .set({ last_triage_at: null })
    .where('signature', '=', signature);
  if (env !== undefined) query = query.where('env', '=', env);
  return (await query.returning('env').execute()).map((row) => row.env);
}

/** Answers the incidents that a signature had in an env, newest first, but for one. Index: the primary key of incident_signature. */
export function selectPastIncidents(
  ctx: Ctx,
  key: { signature: string; env: string },
  exceptId: string,
  limit: number,
): Promise<IncidentRow[]> {
  return ctx.db
    .selectFrom('incident_signature')
    .innerJoin('incident', 'incident.incident_id', 'incident_signature.incident_id')
    .selectAll('incident')
    .where('incident_signature.signature', '=', key.signature)
    .where('incident_signature.env', '=', key.env)
    .where('incident_signature.incident_id', '!=', exceptId)
    .orderBy('incident_signature.incident_id', 'desc')
    .limit(limit)
    .execute();
}
