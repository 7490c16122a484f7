import { type CompiledQuery, type Expression, sql } from 'kysely';
import { type Ctx, defineStatement, type IncidentRow } from '../store/index.ts';

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

/** Names a failure in an env. */
export function nameSignature({ signature, env }: { signature: string; env: string }): string {
  return `${env}\n${signature}`;
}

/** The lists are for the indexes; which of them belong together, the names say. */
type Keys = Readonly<
  Record<'signatures' | 'services' | 'envs' | 'failureNames' | 'serviceNames', readonly string[]>
>;

/** The name that the two columns make. Asked for by its lists alone, a query would hold what belongs to other transactions. */
function nameIn(envColumn: string, column: string): Expression<string> {
  return sql<string>`${sql.ref(envColumn)} || ${sql.lit('\n')} || ${sql.ref(column)}`;
}

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
    .where(dialect.isOneOf(nameIn('held.env', 'held.signature'), value('failureNames')))
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
    .where(dialect.isOneOf(nameIn('held.env', 'held.service'), value('serviceNames')))
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

type Since = Keys & { sinceMs: number };

export type ServiceCountRow = { service: string; env: string; recent_signatures: number };

/**
 * Answers how many signatures came to open incidents of each service that is held since, counted to the bound. Index:
 * service_lock's key, incident_open, incident_signature_incident_id.
 */
export const countRecentSignatures = defineStatement<Since, { bound: number }, ServiceCountRow>(
  ({ db, dialect, value }, { bound }) =>
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
              .limit(sql.lit(bound))
              .as('recent'),
          )
          .select((count) => count.fn.countAll<number>().as('signatures'))
          .$castTo<number>()
          .as('recent_signatures'),
      )
      .where((eb) => dialect.isOneOf(eb.ref('held.service'), value('services')))
      .where((eb) => dialect.isOneOf(eb.ref('held.env'), value('envs')))
      .where(dialect.isOneOf(nameIn('held.env', 'held.service'), value('serviceNames'))) as unknown as {
      compile(): CompiledQuery<ServiceCountRow>;
    },
);
