import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../schema.ts';
import { addColumns } from './columns.ts';

/** Makes the table of what scripts remember. */
export async function up(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await addColumns(db.schema.createTable('monitor_state'), [
    'namespace text',
    'key text',
    'value text',
    'updated_at bigint',
  ])
    .addPrimaryKeyConstraint('monitor_state_key', ['namespace', 'key'])
    .modifyEnd(dialect.keptByKey)
    .execute();
}
