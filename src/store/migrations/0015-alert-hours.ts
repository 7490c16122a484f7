import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../schema.ts';
import { addColumns } from './columns.ts';

/** Notes in which hours alerts of a source or kind came, so that the few of a rare one are found without an index that every alert pays for. */
export async function up(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await addColumns(db.schema.createTable('alert_hour'), [
    'dimension text',
    'value text',
    'hour_at bigint',
    'alerts bigint',
  ])
    .addPrimaryKeyConstraint('alert_hour_key', ['dimension', 'value', 'hour_at'])
    .modifyEnd(dialect.keptByKey)
    .execute();
}
