import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../schema.ts';
import { addColumns, isOneOfWords } from './columns.ts';

/** Makes the table that says whether a database was handed over to another host. */
export async function up(db: Kysely<Database>, _dialect: Dialect): Promise<void> {
  await addColumns(db.schema.createTable('fence'), [
    'name text',
    'epoch bigint',
    'state text',
    'changed_by text',
    'changed_at bigint',
  ])
    .addPrimaryKeyConstraint('fence_key', ['name'])
    .addCheckConstraint('fence_state', isOneOfWords('state', ['open', 'closing', 'closed']))
    .execute();
}
