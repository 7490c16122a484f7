import { type Kysely, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../schema.ts';
import { addColumns } from './columns.ts';

/**
 * Counts alerts by blocks of so many, and notes which sources and kinds came in each, in place of notes by the hour, of
 * which each held more the more alerts there were. What makes a count untrue is found by an index of few events. The notes
 * by the hour stay: processes of the version before go on beside this one, and list, note and remove by them.
 */
export async function up(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await addColumns(db.schema.createTable('alert_block'), [
    'from_ref text',
    'to_ref text',
    'p0 bigint',
    'p1 bigint',
    'p2 bigint',
    'p3 bigint',
    'info bigint',
    'ended bigint',
    'due_at bigint',
  ])
    .addPrimaryKeyConstraint('alert_block_key', ['from_ref'])
    .modifyEnd(dialect.keptByKey)
    .execute();
  await addColumns(db.schema.createTable('alert_note'), [
    'dimension text',
    'value text',
    'from_ref text',
    'first_ref text',
    'last_ref text',
    'looks bigint',
  ])
    .addPrimaryKeyConstraint('alert_note_key', ['dimension', 'value', 'from_ref'])
    .modifyEnd(dialect.keptByKey)
    .execute();
  await db.schema.createIndex('alert_note_of_block').on('alert_note').column('from_ref').execute();
  await db.schema
    .createIndex('alert_event_raised')
    .on('alert_event')
    .column('at')
    .where(sql<boolean>`reason in ('severity_raised', 'escalated')`)
    .execute();
}
