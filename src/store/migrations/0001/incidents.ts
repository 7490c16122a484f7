import { type Kysely, sql } from 'kysely';
import type { Dialect } from '../../dialect.ts';
import type { Database } from '../../schema.ts';
import { addColumns, isOneOfWords } from '../columns.ts';

/** Makes the incident and everything that hangs on it. */
export async function createIncidentTables(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await createIncident(db);
  await createIncidentSignature(db);
  await createIncidentStory(db, dialect);
  await createTriage(db);
  await createSignatureState(db, dialect);
}

async function createIncident(db: Kysely<Database>): Promise<void> {
  await addColumns(db.schema.createTable('incident'), [
    'incident_id text',
    'number bigint',
    'title text',
    'service text',
    'env text',
    'severity text',
    'severity_cap text?',
    'status text',
    'signature text',
    'components text',
    'summary text?',
    'owner text?',
    'started_at bigint',
    'last_alert_at bigint',
    'resolved_at bigint?',
    'closed_at bigint?',
    'acknowledged_at bigint?',
    'acknowledged_by text?',
    'superseded_by text?',
    'created_at bigint',
    'updated_at bigint',
  ])
    .addPrimaryKeyConstraint('incident_key', ['incident_id'])
    .addUniqueConstraint('incident_number', ['number'])
    .addCheckConstraint(
      'incident_status',
      isOneOfWords('status', ['open', 'mitigating', 'resolved', 'closed']),
    )
    .execute();
  await db.schema
    .createIndex('incident_open')
    .on('incident')
    .columns(['service', 'env'])
    .where(sql<boolean>`status in ('open', 'mitigating')`)
    .execute();
  // In the order in which lists and sweeps go through them, however many are over.
  await db.schema
    .createIndex('incident_unfinished')
    .on('incident')
    .column('incident_id')
    .where(sql<boolean>`status in ('open', 'mitigating')`)
    .execute();
}

async function createIncidentSignature(db: Kysely<Database>): Promise<void> {
  await addColumns(db.schema.createTable('incident_signature'), [
    'signature text',
    'env text',
    'incident_id text',
    'created_at bigint',
    'ended_at bigint?',
  ])
    .addPrimaryKeyConstraint('incident_signature_key', ['signature', 'env', 'incident_id'])
    .addForeignKeyConstraint('incident_signature_incident', ['incident_id'], 'incident', ['incident_id'])
    .execute();
  await db.schema
    .createIndex('incident_signature_open')
    .unique()
    .on('incident_signature')
    .columns(['signature', 'env'])
    .where(sql<boolean>`ended_at is null`)
    .execute();
  await db.schema
    .createIndex('incident_signature_incident_id')
    .on('incident_signature')
    .columns(['incident_id', 'created_at'])
    .execute();
}

async function createIncidentStory(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await addColumns(db.schema.createTable('incident_event'), [
    'incident_id text',
    'event_id text',
    'at bigint',
    'last_at bigint',
    'occurrences bigint',
    'type text',
    'actor text',
    'message text',
    'meta text?',
  ])
    .addPrimaryKeyConstraint('incident_event_key', ['incident_id', 'event_id'])
    .addForeignKeyConstraint('incident_event_incident', ['incident_id'], 'incident', ['incident_id'])
    .modifyEnd(dialect.keptByKey)
    .execute();
  await addColumns(db.schema.createTable('incident_artifact'), [
    'artifact_id text',
    'incident_id text',
    'name text',
    'content_type text',
    'content text',
    'body_bytes bigint',
    'created_at bigint',
  ])
    .addPrimaryKeyConstraint('incident_artifact_key', ['artifact_id'])
    .addForeignKeyConstraint('incident_artifact_incident', ['incident_id'], 'incident', ['incident_id'])
    .execute();
  await db.schema
    .createIndex('incident_artifact_incident_id')
    .on('incident_artifact')
    .column('incident_id')
    .execute();
}

async function createTriage(db: Kysely<Database>): Promise<void> {
  await addColumns(db.schema.createTable('triage'), [
    'triage_id text',
    'incident_id text',
    'alert_ref text',
    'signature text',
    'env text',
    'status text',
    'attempts integer',
    'lease_token text?',
    'locked_until bigint?',
    'error text?',
    'created_at bigint',
    'finished_at bigint?',
  ])
    .addPrimaryKeyConstraint('triage_key', ['triage_id'])
    .addForeignKeyConstraint('triage_incident', ['incident_id'], 'incident', ['incident_id'])
    .addCheckConstraint('triage_status', isOneOfWords('status', ['pending', 'done', 'failed']))
    .execute();
  await db.schema
    .createIndex('triage_pending')
    .on('triage')
    .column('triage_id')
    .where(sql<boolean>`status = 'pending'`)
    .execute();
  await db.schema.createIndex('triage_incident_id').on('triage').column('incident_id').execute();
}

async function createSignatureState(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await addColumns(db.schema.createTable('signature_state'), [
    'signature text',
    'env text',
    'last_triage_at bigint?',
    'last_alert_at bigint',
  ])
    .addPrimaryKeyConstraint('signature_state_key', ['signature', 'env'])
    .execute();
  await addColumns(db.schema.createTable('signature_minute'), [
    'signature text',
    'env text',
    'minute_at bigint',
    'occurrences bigint',
    'triages bigint',
  ])
    .addPrimaryKeyConstraint('signature_minute_key', ['signature', 'env', 'minute_at'])
    .modifyEnd(dialect.keptByKey)
    .execute();
  await addColumns(db.schema.createTable('service_lock'), ['service text', 'env text'])
    .addPrimaryKeyConstraint('service_lock_key', ['service', 'env'])
    .execute();
}
