import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../schema.ts';
import { addColumns } from './columns.ts';

/** Makes the trail of what was decided about incidents as such, beside that of their alerts. */
export async function up(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await addColumns(db.schema.createTable('incident_decision'), [
    'incident_id text',
    'reason text',
    'rule text?',
    'occurrences bigint',
    'first_at bigint',
    'last_at bigint',
  ])
    .addPrimaryKeyConstraint('incident_decision_key', ['incident_id', 'reason'])
    .modifyEnd(dialect.keptByKey)
    .execute();
}
