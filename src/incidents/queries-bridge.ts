import { type CompiledQuery, type Expression, sql } from 'kysely';
import type { AlertRow, Ctx, IncidentRow, IncidentSignatureRow } from '../store/index.ts';

/** What an alert and an incident are brought together by. */
export type SignatureKey = { signature: string; service: string; env: string };

/** An incident that an alert may belong to. */
export type CandidateRow = IncidentRow & { left_at: number | null; last_triage_at: number | null };

const isOpen = sql<boolean>`incident.status in ('open', 'mitigating')`;

/** Holds the service in the env until the commit: one at a time decides about its incidents. Index: the primary key. */
export function holdService(ctx: Ctx, key: { service: string; env: string }): CompiledQuery {
  return ctx.db
    .insertInto('service_lock')
    .values({ service: key.service, env: key.env })
    .onConflict((conflict) =>
      conflict.columns(['service', 'env']).doUpdateSet((eb) => ({ env: eb.ref('excluded.env') })),
    )
    .compile();
}

/** Answers the open incident of the signature, and the one that let go of it last, held until the commit: a merger may have given one of them to another service. Index: the primary key of incident_signature. */
export function selectIncidentsOfSignature(ctx: Ctx, key: SignatureKey): CompiledQuery<CandidateRow> {
  return ctx.db
    .selectFrom('incident_signature')
    .innerJoin('incident', 'incident.incident_id', 'incident_signature.incident_id')
    .selectAll('incident')
    .select('incident_signature.ended_at as left_at')
    .select((eb) => lastTriageOf(eb.ref('incident.incident_id')).as('last_triage_at'))
    .where('incident_signature.signature', '=', key.signature)
    .where('incident_signature.env', '=', key.env)
    .orderBy(sql`incident_signature.ended_at desc nulls first`)
    .orderBy('incident.incident_id', 'desc')
    .limit(2)
    .modifyEnd(ctx.dialect.forUpdate)
    .compile();
}

/** Answers the newest open incident of the service and env, held until the commit. Index: incident_open. */
export function selectNeighbour(ctx: Ctx, key: SignatureKey): CompiledQuery<CandidateRow> {
  return ctx.db
    .selectFrom('incident')
    .selectAll('incident')
    .select(sql<number | null>`null`.as('left_at'))
    .select((eb) => lastTriageOf(eb.ref('incident.incident_id')).as('last_triage_at'))
    .where('service', '=', key.service)
    .where('env', '=', key.env)
    .where(isOpen)
    .orderBy('created_at', 'desc')
    .orderBy('incident_id', 'desc')
    .limit(1)
    .modifyEnd(ctx.dialect.forUpdate)
    .compile();
}

function lastTriageOf(incidentId: Expression<string>) {
  return sql<
    number | null
  >`(select max(triage.created_at) from triage where triage.incident_id = ${incidentId})`;
}

export type SignatureFactsRow = { last_triage_at: number | null; recent_signatures: number };

/**
 * Answers when the signature was triaged last, and how many signatures came to open incidents of the service since, counted
 * to the bound. Index: signature_state's key, incident_open, incident_signature_incident_id.
 */
export function selectSignatureFacts(
  ctx: Ctx,
  key: SignatureKey,
  since: { sinceMs: number; bound: number },
): CompiledQuery<SignatureFactsRow> {
  return ctx.db
    .selectNoFrom((eb) => [
      eb
        .selectFrom('signature_state')
        .select('last_triage_at')
        .where('signature', '=', key.signature)
        .where('env', '=', key.env)
        .as('last_triage_at'),
      eb
        .selectFrom((from) =>
          from
            .selectFrom('incident')
            .innerJoin('incident_signature', 'incident_signature.incident_id', 'incident.incident_id')
            .select('incident_signature.signature')
            .where('incident.service', '=', key.service)
            .where('incident.env', '=', key.env)
            .where(isOpen)
            .where('incident_signature.created_at', '>=', since.sinceMs)
            .limit(since.bound)
            .as('recent'),
        )
        .select((count) => count.fn.countAll<number>().as('signatures'))
        .as('recent_signatures'),
    ])
    .compile() as CompiledQuery<SignatureFactsRow>;
}

/** Makes the incident hold the signature, again where it did before. Index: the primary key; unique while open. */
export function holdSignature(ctx: Ctx, key: SignatureKey, incidentId: string, nowMs: number): CompiledQuery {
  return ctx.db
    .insertInto('incident_signature')
    .values({
      signature: key.signature,
      env: key.env,
      incident_id: incidentId,
      created_at: nowMs,
      ended_at: null,
    })
    .onConflict((conflict) =>
      conflict.columns(['signature', 'env', 'incident_id']).doUpdateSet({ ended_at: null }),
    )
    .compile();
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

/** Counts an alert for its signature where it was not yet, and its triage. Index: the primary keys. */
export function countSignature(
  ctx: Ctx,
  alert: Pick<AlertRow, 'signature' | 'env' | 'alert_ref' | 'announced'>,
  nowMs: number,
  triage: { lastAt: number | null; isNew: boolean },
): CompiledQuery[] {
  const { signature, env } = alert;
  const state = { signature, env, last_triage_at: triage.lastAt, last_alert_at: nowMs };
  const minute_at = nowMs - (nowMs % 60_000);
  const minute = {
    signature,
    env,
    minute_at,
    // What comes round again was counted with the report that sent it.
    occurrences: alert.announced === 0 ? 1 : 0,
    triages: triage.isNew ? 1 : 0,
    due_ref: alert.alert_ref,
  };
  return [
    ...ctx.dialect.insertRows('signature_state', [state], { onConflict: keepNewestAlert }),
    ...ctx.dialect.insertRows('signature_minute', [minute], { onConflict: countMinute }),
  ];
}
