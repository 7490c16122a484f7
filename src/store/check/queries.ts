import { type Kysely, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../schema.ts';
import { workIs } from '../work-status.ts';

/** Something that must be so: how many rows say that it is not, and what to do about them. */
export type Rule = {
  name: string;
  /** `fail`: what the database guarantees is broken; `warn`: somebody should look. */
  otherwise: 'warn' | 'fail';
  /** A count, of which 0 is right. */
  count(nowMs: number, dialect: Dialect): ReturnType<typeof sql<{ rows: number }>>;
  found: string;
  fix: string;
};

const minuteMs = 60_000;
const stuckMs = 15 * minuteMs;
const lateMs = 5 * minuteMs;
const restoreFix = 'restore the last good backup with tocsin restore, and report it';

/** What must hold, on both engines. They lean on the partial indexes of live alerts, open signatures and work to do. */
export const rules: readonly Rule[] = [
  {
    name: 'one live alert a key',
    otherwise: 'fail',
    count: () => sql`select count(*) as rows from (select dedupe_key from alert where ended_at is null
      group by dedupe_key having count(*) > 1) as doubled`,
    found: 'keys with several live alerts',
    fix: restoreFix,
  },
  {
    name: 'one open incident a signature',
    otherwise: 'fail',
    count:
      () => sql`select count(*) as rows from (select signature from incident_signature where ended_at is null
      group by signature, env having count(*) > 1) as doubled`,
    found: 'signatures with several open incidents',
    fix: restoreFix,
  },
  {
    name: 'alerts have their incidents',
    otherwise: 'fail',
    count: () => sql`select count(*) as rows from alert where incident_id is not null and ended_at is null
      and not exists (select 1 from incident where incident.incident_id = alert.incident_id)`,
    found: 'live alerts of incidents that are not there',
    fix: restoreFix,
  },
  {
    name: 'incidents are numbered on',
    otherwise: 'fail',
    count: () => sql`select count(*) as rows from incident
      where number > coalesce((select value from counter where name = 'incident'), 0)`,
    found: 'incidents with numbers that are still to be given',
    fix: restoreFix,
  },
  {
    name: 'alerts are worked on',
    otherwise: 'warn',
    count: (nowMs, dialect) => sql`select count(*) as rows from alert
      where ${workIs(dialect, 'processing')} and processing_lock_until < ${nowMs - stuckMs}`,
    found: 'alerts whose worker is gone for 15 minutes',
    fix: 'start a server with the role worker or all: it takes them back',
  },
  {
    name: 'no alert was given up',
    otherwise: 'warn',
    count: (_, dialect) => sql`select count(*) as rows from alert where ${workIs(dialect, 'dead')}`,
    found: 'dead alerts',
    fix: 'see tocsin alerts list --status-in dead, mend the cause, and tocsin alerts retry',
  },
  {
    name: 'messages go out',
    otherwise: 'warn',
    count: (nowMs) => sql`select count(*) as rows from notification
      where (status = 'pending' and next_attempt_at < ${nowMs - lateMs})
      or (status = 'sending' and locked_until < ${nowMs - stuckMs})`,
    found: 'messages that are due for 5 minutes or more',
    fix: 'start a server with the role worker or all; tocsin notify list says why they wait',
  },
  {
    name: 'no message was given up',
    otherwise: 'warn',
    count: () => sql`select count(*) as rows from notification where status = 'dead' and event <> 'test'`,
    found: 'dead messages',
    fix: 'see tocsin notify list --status dead, mend the channel, and tocsin notify retry',
  },
  {
    name: 'runs end',
    otherwise: 'warn',
    count: (nowMs) => sql`select count(*) as rows from run
      where status = 'running' and parent_run_id is null and locked_until < ${nowMs - stuckMs}`,
    found: 'runs whose process is gone for 15 minutes',
    fix: 'start a server with the role scheduler or all: it ends them',
  },
];

const listNames = {
  sqlite: `select name from sqlite_master where name not like 'sqlite_%'`,
  postgres: `select relname as name from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'i', 'v')`,
};

/** Answers the names of all tables, indexes and views. Leans on the catalogue. */
export async function listSchemaNames(db: Kysely<Database>, dialect: Dialect): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`${sql.raw(listNames[dialect.engine])}`.execute(db);
  return rows.map(({ name }) => name);
}

/** Answers how many rows break the rule. */
export async function countBroken(
  db: Kysely<Database>,
  dialect: Dialect,
  rule: Rule,
  nowMs: number,
): Promise<number> {
  const { rows } = await rule.count(nowMs, dialect).execute(db);
  return Number(rows[0]?.rows ?? 0);
}
