import type { Kysely } from 'kysely';
import type { Dialect } from '../../dialect.ts';
import type { Database } from '../../schema.ts';
import { addColumns, isOneOfWords } from '../columns.ts';

const statuses = ['ok', 'degraded', 'down', 'unknown'];

/** Makes the last result of each check, the status of each component, and the history of its changes. */
export async function createHealthTables(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await addColumns(db.schema.createTable('check_state'), [
    'component text',
    'check_name text',
    'status text',
    'reason text?',
    'detail text?',
    'since bigint',
    'checked_at bigint',
    'latency_ms integer?',
    'consecutive_failures bigint',
    'consecutive_downs bigint',
    'consecutive_successes bigint',
    'consecutive_not_downs bigint',
    'last_good text?',
  ])
    .addPrimaryKeyConstraint('check_state_key', ['component', 'check_name'])
    .addCheckConstraint('check_state_status', isOneOfWords('status', statuses))
    .execute();
  await addColumns(db.schema.createTable('component_status'), [
    'component text',
    'status text',
    'reason text?',
    'since bigint',
    'checked_at bigint',
  ])
    .addPrimaryKeyConstraint('component_status_key', ['component'])
    .addCheckConstraint('component_status_status', isOneOfWords('status', statuses))
    .execute();
  await addColumns(db.schema.createTable('component_change'), [
    'component text',
    'change_id text',
    'at bigint',
    'from_status text?',
    'to_status text',
    'reason text?',
  ])
    .addPrimaryKeyConstraint('component_change_key', ['component', 'change_id'])
    .modifyEnd(dialect.keptByKey)
    .execute();
}
