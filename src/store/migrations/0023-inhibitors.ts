import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../schema.ts';
import { addColumns } from './columns.ts';

/** Makes the table that says where to look for live alerts that inhibit others. */
export async function up(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await addColumns(db.schema.createTable('inhibitor'), ['inhibition_key text', 'alert_ref text'])
    .addPrimaryKeyConstraint('inhibitor_key', ['inhibition_key', 'alert_ref'])
    .modifyEnd(dialect.keptByKey)
    .execute();
}
