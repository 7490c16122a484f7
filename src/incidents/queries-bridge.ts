import { type CompiledQuery, sql } from 'kysely';
import type { AlertRow, Ctx, IncidentSignatureRow } from '../store/index.ts';
import { nameSignature } from './queries-view.ts';

/** Makes incidents hold the signatures of alerts, again where they did before. Index: the primary key; unique while open. */
export function holdSignatures(
  ctx: Ctx,
  held: readonly { signature: string; env: string; incidentId: string }[],
  nowMs: number,
): CompiledQuery[] {
  const rows = held.map(({ signature, env, incidentId }) => ({
    ...{ signature, env, incident_id: incidentId },
    created_at: nowMs,
    ended_at: null,
  }));
  const onConflict = 'on conflict (signature, env, incident_id) do update set ended_at = null';
  return ctx.dialect.insertRows('incident_signature', rows, { onConflict });
}

/** Lets an incident that is over go of its signatures. Index: incident_signature_incident_id. */
export function releaseSignatures(ctx: Ctx, incidentId: string, nowMs: number): CompiledQuery {
  return ctx.db
    .updateTable('incident_signature')
    .set({ ended_at: nowMs })
    .where('incident_id', '=', incidentId)
    .where('ended_at', 'is', null)
    .compile();
}

/**
 * Gives the signatures of an incident to another: those that it let go of as well, unless a third one holds them by now.
 * Index: incident_signature_incident_id, incident_signature_open.
 */
export function moveSignatures(ctx: Ctx, fromId: string, toId: string, nowMs: number): CompiledQuery[] {
  const moved = ctx.db
    .insertInto('incident_signature')
    .columns(['signature', 'env', 'incident_id', 'created_at', 'ended_at'])
    .expression((eb) =>
      eb
        .selectFrom('incident_signature as moved')
        .select([
          'moved.signature',
          'moved.env',
          sql<string>`cast(${toId} as text)`.as('incident_id'),
          'moved.created_at',
          sql<number | null>`cast(null as bigint)`.as('ended_at'),
        ])
        .where('moved.incident_id', '=', fromId)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('incident_signature as other')
                .select('other.incident_id')
                .whereRef('other.signature', '=', 'moved.signature')
                .whereRef('other.env', '=', 'moved.env')
                .where('other.ended_at', 'is', null),
            ),
          ),
        ),
    )
    .onConflict((conflict) =>
      conflict.columns(['signature', 'env', 'incident_id']).doUpdateSet({ ended_at: null }),
    )
    .compile();
  return [releaseSignatures(ctx, fromId, nowMs), moved];
}

export type HeldSignature = Pick<IncidentSignatureRow, 'incident_id' | 'signature' | 'env'>;

/** Answers the signatures that incidents stand for; none of one that is over. Index: incident_signature_incident_id. */
export function selectHeldSignatures(ctx: Ctx, incidentIds: readonly string[]): Promise<HeldSignature[]> {
  return ctx.db
    .selectFrom('incident_signature')
    .select(['incident_id', 'signature', 'env'])
    .where(ctx.dialect.isOneOf(sql.ref('incident_id'), incidentIds))
    .where('ended_at', 'is', null)
    .execute();
}

/** Gives a reopened incident back the signatures that no other holds by now. Index: incident_signature_incident_id, incident_signature_open. */
export function reviveSignatures(ctx: Ctx, incidentId: string): CompiledQuery {
  return ctx.db
    .updateTable('incident_signature')
    .set({ ended_at: null })
    .where('incident_id', '=', incidentId)
    .where('ended_at', 'is not', null)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('incident_signature as other')
            .select('other.incident_id')
            .whereRef('other.signature', '=', 'incident_signature.signature')
            .whereRef('other.env', '=', 'incident_signature.env')
            .where('other.ended_at', 'is', null),
        ),
      ),
    )
    .compile();
}

const keepNewestAlert = `on conflict (signature, env) do update set last_alert_at = excluded.last_alert_at,
  last_triage_at = coalesce(excluded.last_triage_at, signature_state.last_triage_at)`;

const countMinute = `on conflict (signature, env, minute_at) do update set due_ref = excluded.due_ref,
  occurrences = signature_minute.occurrences + excluded.occurrences,
  triages = signature_minute.triages + excluded.triages`;

export type SignatureCount = {
  alert: Pick<AlertRow, 'signature' | 'env' | 'alert_ref' | 'announced'>;
  triage: { lastAt: number | null; isNew: boolean };
};

/** Counts alerts of different signatures where they were not yet, and their triages. Index: the primary keys. */
export function countSignatures(
  ctx: Ctx,
  unsorted: readonly SignatureCount[],
  nowMs: number,
): CompiledQuery[] {
  // In one order for all, so that two never wait for each other crosswise.
  const counts = unsorted.toSorted((a, b) => (nameSignature(a.alert) < nameSignature(b.alert) ? -1 : 1));
  const states = counts.map(({ alert: { signature, env }, triage }) => ({
    ...{ signature, env },
    last_triage_at: triage.lastAt,
    last_alert_at: nowMs,
  }));
  const minutes = counts.map(({ alert: { signature, env, alert_ref, announced }, triage }) => ({
    ...{ signature, env },
    minute_at: nowMs - (nowMs % 60_000),
    // What comes round again was counted with the report that sent it.
    occurrences: announced === 0 ? 1 : 0,
    triages: triage.isNew ? 1 : 0,
    due_ref: alert_ref,
  }));
  return [
    ...ctx.dialect.insertRows('signature_state', states, { onConflict: keepNewestAlert }),
    ...ctx.dialect.insertRows('signature_minute', minutes, { onConflict: countMinute }),
  ];
}
