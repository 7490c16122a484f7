import { type Kysely, sql } from 'kysely';
import type { Dialect } from '../../dialect.ts';
import type { Database } from '../../schema.ts';
import { addColumns, isOneOfWords } from '../columns.ts';

/** Makes `alert` and what is written beside it. Few indexes, and partial where they can be: each costs every ingest. */
export async function createAlertTables(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await createAlert(db);
  await createAlertIndexes(db);
  await addColumns(db.schema.createTable('alert_event'), [
    'alert_ref text',
    'event_id text',
    'at bigint',
    'actor text',
    'from_status text?',
    'to_status text',
    'reason text',
    'note text?',
    'request_id text?',
  ])
    .addPrimaryKeyConstraint('alert_event_key', ['alert_ref', 'event_id'])
    .modifyEnd(dialect.keptByKey)
    .execute();
  await addColumns(db.schema.createTable('alert_decision'), [
    'alert_ref text',
    'reason text',
    'rule text?',
    'occurrences bigint',
    'first_at bigint',
    'last_at bigint',
  ])
    .addPrimaryKeyConstraint('alert_decision_key', ['alert_ref', 'reason'])
    .modifyEnd(dialect.keptByKey)
    .execute();
  await addColumns(db.schema.createTable('alert_source'), ['source text', 'last_seen_at bigint'])
    .addPrimaryKeyConstraint('alert_source_key', ['source'])
    .execute();
}

function createAlert(db: Kysely<Database>): Promise<void> {
  return addColumns(db.schema.createTable('alert'), [
    'alert_ref text',
    'dedupe_key text',
    'fingerprint text',
    'signature text',
    'service text',
    'env text',
    'kind text',
    'severity text',
    'severity_rank integer',
    'title text',
    'message text?',
    'source text',
    'status text',
    'occurrences bigint',
    'first_seen_at bigint',
    'last_seen_at bigint',
    'started_at bigint',
    'ends_at bigint?',
    'ended_at bigint?',
    'dedupe_ttl_ms bigint?',
    'labels text?',
    'annotations text?',
    'metrics text?',
    'evidence text?',
    'component text?',
    'owner text?',
    'lease_token text?',
    'processing_lock_until bigint?',
    'attempts integer',
    'retry_at bigint?',
    'last_error text?',
    'rose_since_claim integer',
    'announced integer',
    'incident_id text?',
    'silenced_by text?',
    'created_at bigint',
    'updated_at bigint',
  ])
    .addPrimaryKeyConstraint('alert_key', ['alert_ref'])
    .addCheckConstraint(
      'alert_status',
      isOneOfWords('status', ['new', 'processing', 'acked', 'failed', 'dead']),
    )
    .execute();
}

async function createAlertIndexes(db: Kysely<Database>): Promise<void> {
  const live = sql<boolean>`ended_at is null`;
  await db.schema.createIndex('alert_live').unique().on('alert').column('dedupe_key').where(live).execute();
  await db.schema
    .createIndex('alert_waiting')
    .on('alert')
    .columns(['severity_rank', 'alert_ref'])
    .where(sql<boolean>`status = 'new'`)
    .execute();
  await db.schema
    .createIndex('alert_lease')
    .on('alert')
    .column('lease_token')
    .where(sql<boolean>`lease_token is not null`)
    .execute();
  await db.schema
    .createIndex('alert_leased')
    .on('alert')
    .column('processing_lock_until')
    .where(sql<boolean>`status = 'processing'`)
    .execute();
  await db.schema
    .createIndex('alert_retry')
    .on('alert')
    .column('retry_at')
    .where(sql<boolean>`status = 'failed'`)
    .execute();
  await db.schema
    .createIndex('alert_dead')
    .on('alert')
    .column('alert_ref')
    .where(sql<boolean>`status = 'dead'`)
    .execute();
  await db.schema
    .createIndex('alert_lapse')
    .on('alert')
    .column('ends_at')
    .where(sql<boolean>`ended_at is null and ends_at is not null`)
    .execute();
  await db.schema
    .createIndex('alert_incident')
    .on('alert')
    .columns(['incident_id', 'ended_at'])
    .where(sql<boolean>`incident_id is not null`)
    .execute();
  // What neither a lease nor a TTL ends: it lasts until its source says that it is over.
  await db.schema
    .createIndex('alert_unbounded')
    .on('alert')
    .column('source')
    .where(sql<boolean>`ended_at is null and ends_at is null and dedupe_ttl_ms is null`)
    .execute();
  await db.schema
    .createIndex('alert_component')
    .on('alert')
    .column('component')
    .where(sql<boolean>`component is not null and ended_at is null`)
    .execute();
  // What was told of by itself and has ended: rows stay here only until their end is told too.
  await db.schema
    .createIndex('alert_healed')
    .on('alert')
    .column('ended_at')
    .where(sql<boolean>`announced = 1 and incident_id is null and ended_at is not null`)
    .execute();
}
