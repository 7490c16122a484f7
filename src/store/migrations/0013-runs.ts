import { type Kysely, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../schema.ts';
import { addColumns, isOneOfWords } from './columns.ts';

const times = ['scheduled_for', 'created_at', 'started_at', 'finished_at', 'cancel_requested_at'];

const ofProfiles = 'parent_run_id is null';

/** Partial, so that a task that went well pays for its parent alone. */
const indexes: readonly [name: string, columns: string[], holds: string][] = [
  ['run_of_parent', ['parent_run_id', 'run_id'], 'parent_run_id is not null'],
  ['run_top', ['run_id'], ofProfiles],
  ['run_of_profile', ['profile', 'run_id'], ofProfiles],
  ['run_succeeded', ['profile', 'run_id'], `${ofProfiles} and status = 'succeeded'`],
  ['run_unusual', ['status', 'run_id'], `${ofProfiles} and status <> 'succeeded'`],
  ['run_of_source', ['source', 'run_id'], `${ofProfiles} and source <> 'cron'`],
  ['run_of_repo', ['repo', 'run_id'], 'repo is not null'],
  ['run_failed_for', ['service', 'run_id'], `service is not null and status in ('failed', 'timed_out')`],
];

/** Makes the table of runs, who runs a profile, and what was last told of it. */
export async function up(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await createRun(db);
  await addColumns(db.schema.createTable('profile_lock'), [
    'profile text',
    'run_id text',
    'holder text',
    'token text',
    'since bigint',
    'locked_until bigint',
  ])
    .addPrimaryKeyConstraint('profile_lock_key', ['profile'])
    .execute();
  await addColumns(db.schema.createTable('profile_digest'), [
    'profile text',
    'failing text',
    'told_at bigint',
    'run_id text',
  ])
    .addPrimaryKeyConstraint('profile_digest_key', ['profile'])
    .execute();
  await createView(db, dialect);
}

async function createRun(db: Kysely<Database>): Promise<void> {
  await addColumns(db.schema.createTable('run'), [
    'run_id text',
    'parent_run_id text?',
    'kind text',
    'profile text?',
    'task text?',
    'source text',
    'status text',
    'trigger_payload text?',
    'request_id text?',
    'repo text?',
    'pr_number integer?',
    'service text?',
    'scheduled_for bigint?',
    'created_at bigint',
    'started_at bigint?',
    'finished_at bigint?',
    'duration_ms bigint?',
    'exit_code integer?',
    'signal text?',
    'attempts integer',
    'error text?',
    'tail text?',
    'artifacts_dir text?',
    'host text?',
    'revision text?',
    'sync_failures integer?',
    'holder text?',
    'lease_token text?',
    'locked_until bigint?',
    'cancel_requested_at bigint?',
    'cancel_requested_by text?',
  ])
    .addPrimaryKeyConstraint('run_key', ['run_id'])
    .addCheckConstraint('run_kind', isOneOfWords('kind', ['profile', 'task', 'external']))
    .addCheckConstraint('run_source', isOneOfWords('source', ['cron', 'manual', 'webhook', 'api', 'alert']))
    .addCheckConstraint(
      'run_status',
      isOneOfWords('status', [
        'queued',
        'running',
        'succeeded',
        'failed',
        'timed_out',
        'cancelled',
        'skipped_locked',
      ]),
    )
    .execute();
  await db.schema
    .createIndex('run_tick')
    .unique()
    .on('run')
    .columns(['profile', 'scheduled_for'])
    .where(sql<boolean>`scheduled_for is not null and parent_run_id is null`)
    .execute();
  for (const [name, columns, holds] of indexes)
    await db.schema.createIndex(name).on('run').columns(columns).where(sql.raw<boolean>(holds)).execute();
}

async function createView(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  const columns = [
    'run_id, parent_run_id, kind, profile, task, source, status, trigger_payload, request_id, repo, pr_number, service',
    'duration_ms, exit_code, signal, attempts, error, tail, artifacts_dir, host, revision, holder, cancel_requested_by',
  ];
  const readable = times.map((column) => `${dialect.readableTime(column)} as ${column}`);
  await sql.raw(`create view runs as select ${[...columns, ...readable].join(', ')} from run`).execute(db);
}
