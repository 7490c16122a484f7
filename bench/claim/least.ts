import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { createSystemClock } from '../../src/core/clock.ts';
import { createIds } from '../../src/core/ids.ts';
import { openFile, prepareArrays, type SqliteStatements } from './bare.ts';
import type { Claimer } from './claimer.ts';

/*
 * The least that claim and ack have to be, whatever the layout: where the work on an alert stands has a narrow table of its own,
 * so that what an alert says is read and never written. Nothing is leased while something is stalled, the most severe and then
 * the oldest are leased with a token, the answer is the whole alert, the token is checked, each change is an event that is found
 * by its alert, in the same durable commit. No filters, no windows, no retries, and nothing that rises meanwhile.
 */

const leaseMs = 600_000;
const actor = 'bench';

/** Puts the work beside Tocsin's own tables, filled; what is said and the events stay where they are. */
export const leastSchema = `
  create table work (alert_ref text primary key, severity_rank integer not null, status text not null, owner text,
    lease_token text, lock_until bigint, attempts integer not null, retry_at bigint, last_error text, updated_at bigint not null);
  insert into work select alert_ref, severity_rank, status, owner, lease_token, processing_lock_until, attempts, retry_at,
    last_error, updated_at from alert order by alert_ref;
  create index work_waiting on work (severity_rank, alert_ref) where status = 'new';
  create index work_leased on work (lock_until) where status = 'processing';
  create index work_retry on work (retry_at) where status = 'failed';
  analyze work`;

const said = `
  alert.alert_ref, dedupe_key, fingerprint, signature, service, env, kind, severity, title, message, source, occurrences,
  first_seen_at, last_seen_at, started_at, ends_at, ended_at, dedupe_ttl_ms, labels, annotations, metrics, evidence, component,
  rose_since_claim, announced, incident_id, silenced_by, request_id, created_at`;
const stands = `
  moved.status, moved.severity_rank, moved.owner, moved.lease_token, moved.lock_until, moved.attempts, moved.retry_at,
  moved.last_error, moved.updated_at`;

type Place = (name: 'now' | 'token' | 'until' | 'limit') => string;

const waitingText = (lock: string, place: Place) => `
  select alert_ref from work where status = 'new' and (retry_at is null or retry_at <= ${place('now')})
    and not exists (select 1 from work where status = 'processing' and lock_until <= ${place('now')})
    and not exists (select 1 from work where status = 'failed' and retry_at <= ${place('now')})
  order by severity_rank, alert_ref limit ${place('limit')} ${lock}`;
const leaseText = (place: Place) => `
  update work set status = 'processing', owner = '${actor}', lease_token = ${place('token')}, lock_until = ${place('until')},
    retry_at = null, updated_at = ${place('now')}
  where alert_ref in (select alert_ref from waiting)`;
const ackText = (isOneOf: string, place: Place) => `
  update work set status = 'acked', owner = null, lease_token = null, lock_until = null, retry_at = null, last_error = null,
    updated_at = ${place('now')}
  where alert_ref ${isOneOf} and lease_token = ${place('token')} and status = 'processing' returning alert_ref, status`;

const eventColumns = 'alert_ref, event_id, at, actor, from_status, to_status, reason, note, request_id';

/** One statement for the claim and one for the ack. */
export async function createLeastOnPostgres(target: string): Promise<Claimer> {
  const client = new Client(target);
  await client.connect();
  const ids = createIds(createSystemClock());
  const places = { now: '$1::bigint', token: '$2::text', until: '$3::bigint', limit: '$4::integer' };
  const place: Place = (name) => places[name];
  const told = (from: string, reason: string, eventId: string) => `
    told as (insert into alert_event (${eventColumns})
      select alert_ref, ${eventId}, $1::bigint, '${actor}', '${from}', status, '${reason}', null, null from moved)`;
  const claim = `
    with waiting as materialized (${waitingText('for update skip locked', place)}), moved as (${leaseText(place)} returning *),
    ${told('new', 'claimed', '$5::text')}
    select ${said}, ${stands} from moved join alert on alert.alert_ref = moved.alert_ref`;
  const ack = `
    with moved as (${ackText('= any($3::text[])', place)}), ${told('processing', 'acked', '$4::text')} select * from moved`;
  return {
    async claimAndAck(limit) {
      const [token, now] = [randomUUID(), Date.now()];
      const claimed = [now, token, now + leaseMs, limit, ids.ulid()];
      const { rows } = await client.query({ name: 'claim', text: claim, values: claimed });
      if (rows.length === 0) return 0;
      const refs = rows.map((row: { alert_ref: string }) => row.alert_ref);
      const acked = [Date.now(), token, refs, ids.ulid()];
      return (await client.query({ name: 'ack', text: ack, values: acked })).rowCount ?? 0;
    },
  };
}

/** The same on SQLite, where each move is a statement and its events another, with one commit. */
export function prepareLeastOnSqlite(target: string): SqliteStatements {
  const database = openFile(target);
  const { lease, settle, tell, read } = prepareLeast(database);
  const ids = createIds(createSystemClock());
  /** Answers the references of what it moved, as JSON. */
  const move = (moved: readonly unknown[][], from: string, reason: string, now: number) => {
    tell.run({ moved: JSON.stringify(moved), from, reason, now, eventId: ids.ulid() });
    return JSON.stringify(moved.map(([ref]) => ref));
  };
  const commit = <Answer>(work: (now: number) => Answer): Answer => {
    database.exec('begin immediate');
    const answer = work(Date.now());
    database.exec('commit');
    return answer;
  };
  return {
    columns: read.columns,
    claim: (token, limit) =>
      commit((now) => {
        const leased = lease.all({ now, token, until: now + leaseMs, limit });
        return read.all({ refs: move(leased, 'new', 'claimed', now) });
      }),
    ack: (refs, token) =>
      commit((now) => {
        const settled = settle.all({ now, token, refs: JSON.stringify(refs) });
        move(settled, 'processing', 'acked', now);
        return settled.length;
      }),
  };
}

function prepareLeast(database: DatabaseSync) {
  const place: Place = (name) => `:${name}`;
  const lease = `with waiting as materialized (${waitingText('', place)}) ${leaseText(place)}`;
  const tell = `insert into alert_event (${eventColumns})
    select value ->> 0, :eventId, :now, '${actor}', :from, value ->> 1, :reason, null, null from json_each(:moved)`;
  const read = `select ${said}, ${stands} from json_each(:refs) join work as moved on moved.alert_ref = value
    join alert on alert.alert_ref = value`;
  return {
    lease: prepareArrays(database, `${lease} returning alert_ref, status`),
    settle: prepareArrays(database, ackText('in (select value from json_each(:refs))', place)),
    tell: database.prepare(tell),
    read: prepareArrays(database, read),
  };
}
