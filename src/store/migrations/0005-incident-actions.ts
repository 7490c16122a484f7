import { type Kysely, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../schema.ts';
import { addColumns, isOneOfWords } from './columns.ts';

/** Makes what people add to an incident: follow-ups, updates for the public, links to other incidents. */
export async function up(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await createFollowup(db);
  await addColumns(db.schema.createTable('incident_update'), [
    'incident_id text',
    'update_id text',
    'at bigint',
    'status text',
    'message text',
    'actor text',
  ])
    .addPrimaryKeyConstraint('incident_update_key', ['incident_id', 'update_id'])
    .addForeignKeyConstraint('incident_update_incident', ['incident_id'], 'incident', ['incident_id'])
    .modifyEnd(dialect.keptByKey)
    .execute();
  await addColumns(db.schema.createTable('incident_link'), [
    'incident_id text',
    'other_id text',
    'relation text',
    'created_at bigint',
  ])
    .addPrimaryKeyConstraint('incident_link_key', ['incident_id', 'other_id'])
    .addForeignKeyConstraint('incident_link_incident', ['incident_id'], 'incident', ['incident_id'])
    .addForeignKeyConstraint('incident_link_other', ['other_id'], 'incident', ['incident_id'])
    .addCheckConstraint('incident_link_relation', isOneOfWords('relation', ['related', 'merged']))
    .modifyEnd(dialect.keptByKey)
    .execute();
  // When a person last said how severe it is.
  await db.schema.alterTable('incident').addColumn('severity_set_at', 'bigint').execute();
  // When it was noted that its alerts have fallen silent.
  await db.schema.alterTable('incident').addColumn('candidate_at', 'bigint').execute();
}

async function createFollowup(db: Kysely<Database>): Promise<void> {
  await addColumns(db.schema.createTable('incident_followup'), [
    'followup_id text',
    'incident_id text',
    'title text',
    'owner text?',
    'priority text',
    'due_at bigint?',
    'status text',
    'links text?',
    'created_by text',
    'created_at bigint',
    'updated_at bigint',
  ])
    .addPrimaryKeyConstraint('incident_followup_key', ['followup_id'])
    .addForeignKeyConstraint('incident_followup_incident', ['incident_id'], 'incident', ['incident_id'])
    .addCheckConstraint('incident_followup_status', isOneOfWords('status', ['open', 'done', 'cancelled']))
    .execute();
  await db.schema
    .createIndex('incident_followup_incident_id')
    .on('incident_followup')
    .columns(['incident_id', 'followup_id'])
    .execute();
  await db.schema
    .createIndex('incident_followup_open')
    .on('incident_followup')
    .column('followup_id')
    .where(sql<boolean>`status = 'open'`)
    .execute();
}
