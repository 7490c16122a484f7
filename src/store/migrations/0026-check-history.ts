import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../schema.ts';
import { addColumns, isOneOfWords } from './columns.ts';

/**
 * Makes the counts of results by minute, hour and day, and the notes of planned work, which the file forgets; finds the
 * steps of a component by their time.
 */
export async function up(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await addColumns(db.schema.createTable('check_history'), [
    'resolution text',
    'component text',
    'check_name text',
    'at bigint',
    'ok_count bigint',
    'degraded_count bigint',
    'down_count bigint',
    'unknown_count bigint',
    'latency_sum_ms bigint',
    'latency_max_ms bigint',
  ])
    .addPrimaryKeyConstraint('check_history_key', ['resolution', 'component', 'check_name', 'at'])
    .addCheckConstraint('check_history_resolution', isOneOfWords('resolution', ['minute', 'hour', 'day']))
    .modifyEnd(dialect.keptByKey)
    .execute();
  await addColumns(db.schema.createTable('component_maintenance'), [
    'component text',
    'from_at bigint',
    'until_at bigint',
  ])
    .addPrimaryKeyConstraint('component_maintenance_key', ['component', 'from_at'])
    .modifyEnd(dialect.keptByKey)
    .execute();
  // Holds all that uptime asks of a step.
  await db.schema
    .createIndex('component_change_at')
    .on('component_change')
    .columns(['component', 'at', 'change_id', 'from_status', 'to_status'])
    .execute();
}
