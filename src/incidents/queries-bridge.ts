import { type CompiledQuery, type Expression, sql } from 'kysely';
import {
  type AlertRow,
  type Ctx,
  defineStatement,
  type IncidentRow,
  type IncidentSignatureRow,
} from '../store/index.ts';

/** What an alert and an incident are brought together by. */
export type SignatureKey = { signature: string; service: string; env: string };

/** An incident that an alert may belong to. */
export type CandidateRow = IncidentRow & { last_triage_at: number | null };

/** One that holds a signature, or the one that let go of it last. */
export type HolderRow = CandidateRow & { held_signature: string; held_env: string; left_at: number | null };

const isOpen = sql<boolean>`incident.status in ('open', 'mitigating')`;

/**
 * Holds services in their envs until the commit: one at a time decides about their incidents. In one order for all, so that
 * two never wait for each other crosswise. Index: the primary key.
 */
export function holdServices(
  ctx: Ctx,
  keys: readonly Pick<SignatureKey, 'service' | 'env'>[],
): CompiledQuery[] {
  const rows = [...new Map(keys.map(({ service, env }) => [nameService({ service, env }), { service, env }]))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => row);
  const onConflict = 'on conflict (service, env) do update set env = excluded.env';
  return ctx.dialect.insertRows('service_lock', rows, { onConflict });
}

/** Names a service in an env. */
export function nameService({ service, env }: { service: string; env: string }): string {
  return `${env}\n${service}`;
}

type Keys = { signatures: readonly string[]; services: readonly string[]; envs: readonly string[] };

/** Answers the open incidents of the signatures, and of each the one that let go of it last, held until the commit: a merger may have given one of them to another service. Index: the primary key of incident_signature. */
export const selectIncidentsOfSignatures = defineStatement<Keys, null, HolderRow>(({ db, dialect, value }) =>
  db
    .selectFrom('incident_signature as held')
    .innerJoin('incident', 'incident.incident_id', 'held.incident_id')
    .selectAll('incident')
    .select(['held.signature as held_signature', 'held.env as held_env', 'held.ended_at as left_at'])
    .select((eb) => lastTriageOf(eb.ref('incident.incident_id')).as('last_triage_at'))
    .where((eb) => dialect.isOneOf(eb.ref('held.signature'), value('signatures')))
    .where((eb) => dialect.isOneOf(eb.ref('held.env'), value('envs')))
    .where((eb) =>
      eb.or([
        eb('held.ended_at', 'is', null),
        eb('held.incident_id', '=', (from) =>
          from
            .selectFrom('incident_signature as former')
            .select('former.incident_id')
            .whereRef('former.signature', '=', 'held.signature')
            .whereRef('former.env', '=', 'held.env')
            .where('former.ended_at', 'is not', null)
            .orderBy('former.ended_at', 'desc')
            .orderBy('former.incident_id', 'desc')
            .limit(sql.lit(1)),
        ),
      ]),
    )
    .orderBy('incident.incident_id')
    .modifyEnd(dialect.forUpdate),
);

/** Answers the newest open incident of each service that is held, held until the commit. Index: service_lock's key, incident_open. */
export const selectNeighbours = defineStatement<Keys, null, CandidateRow>(({ db, dialect, value }) =>
  db
    .selectFrom('service_lock as held')
    .innerJoin('incident', (join) =>
      join.on('incident.incident_id', '=', (from) =>
        from
          .selectFrom('incident')
          .select('incident.incident_id')
          .whereRef('incident.service', '=', 'held.service')
          .whereRef('incident.env', '=', 'held.env')
          .where(isOpen)
          .orderBy('incident.created_at', 'desc')
          .orderBy('incident.incident_id', 'desc')
          .limit(sql.lit(1)),
      ),
    )
    .selectAll('incident')
    .select((eb) => lastTriageOf(eb.ref('incident.incident_id')).as('last_triage_at'))
    .where((eb) => dialect.isOneOf(eb.ref('held.service'), value('services')))
    .where((eb) => dialect.isOneOf(eb.ref('held.env'), value('envs')))
    .orderBy('incident.incident_id')
    .modifyEnd(dialect.forUpdate),
);

function lastTriageOf(incidentId: Expression<string>) {
  return sql<
    number | null
  >`(select max(triage.created_at) from triage where triage.incident_id = ${incidentId})`;
}

export type SignatureTriageRow = { signature: string; env: string; last_triage_at: number | null };

/** Answers when the signatures were triaged last. Index: the primary key. */
export const selectTriageTimes = defineStatement<Keys, null, SignatureTriageRow>(({ db, dialect, value }) =>
  db
    .selectFrom('signature_state')
    .select(['signature', 'env', 'last_triage_at'])
    .where((eb) => dialect.isOneOf(eb.ref('signature'), value('signatures')))
    .where((eb) => dialect.isOneOf(eb.ref('env'), value('envs'))),
);

type Since = Keys & { sinceMs: number; bound: number };

export type ServiceCountRow = { service: string; env: string; recent_signatures: number };

/**
 * Answers how many signatures came to open incidents of each service that is held since, counted to the bound. Index:
 * service_lock's key, incident_open, incident_signature_incident_id.
 */
export const countRecentSignatures = defineStatement<Since, null, ServiceCountRow>(
  ({ db, dialect, value }) =>
    db
      .selectFrom('service_lock as held')
      .select(['held.service', 'held.env'])
      .select((eb) =>
        eb
          .selectFrom((from) =>
            from
              .selectFrom('incident')
              .innerJoin('incident_signature', 'incident_signature.incident_id', 'incident.incident_id')
              .select('incident_signature.signature')
              .whereRef('incident.service', '=', 'held.service')
              .whereRef('incident.env', '=', 'held.env')
              .where(isOpen)
              .where('incident_signature.created_at', '>=', value('sinceMs'))
              .limit(value('bound'))
              .as('recent'),
          )
          .select((count) => count.fn.countAll<number>().as('signatures'))
          .$castTo<number>()
          .as('recent_signatures'),
      )
      .where((eb) => dialect.isOneOf(eb.ref('held.service'), value('services')))
      .where((eb) => dialect.isOneOf(eb.ref('held.env'), value('envs'))) as unknown as {
      compile(): CompiledQuery<ServiceCountRow>;
    },
);

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
export function countSignatures(ctx: Ctx, counts: readonly SignatureCount[], nowMs: number): CompiledQuery[] {
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
