import { type Kysely, sql } from 'kysely';
import type { Database } from '../schema.ts';
import { addColumns, isOneOfWords } from './columns.ts';

/** Makes the table of summaries that wait to be generated, apart from triages, so that none waits for another. */
export async function up(db: Kysely<Database>): Promise<void> {
  await addColumns(db.schema.createTable('triage_summary'), [
    'triage_id text',
    'incident_id text',
    'status text',
    'report text?',
    'attempts integer',
    'lease_token text?',
    'locked_until bigint?',
    'error text?',
    'created_at bigint',
    'finished_at bigint?',
  ])
    .addPrimaryKeyConstraint('triage_summary_key', ['triage_id'])
    .addForeignKeyConstraint('triage_summary_incident', ['incident_id'], 'incident', ['incident_id'])
    .addCheckConstraint('triage_summary_status', isOneOfWords('status', ['pending', 'done', 'failed']))
    .execute();
  await db.schema
    .createIndex('triage_summary_pending')
    .on('triage_summary')
    .column('triage_id')
    .where(sql<boolean>`status = 'pending'`)
    .execute();
}
