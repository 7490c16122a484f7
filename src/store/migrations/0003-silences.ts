import { type Kysely, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../schema.ts';
import { addColumns } from './columns.ts';

/** Makes the silences that people ask for, and finds what they hold. */
export async function up(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await addColumns(db.schema.createTable('silence'), [
    'silence_id text',
    'matchers text',
    'starts_at bigint',
    'ends_at bigint',
    'comment text?',
    'created_by text',
    'created_at bigint',
    'expired_by text?',
  ])
    .addPrimaryKeyConstraint('silence_key', ['silence_id'])
    .execute();
  await db.schema.createIndex('silence_end').on('silence').column('ends_at').execute();
  await db.schema
    .createIndex('alert_silenced')
    .on('alert')
    .columns(['silenced_by', 'alert_ref'])
    .where(sql<boolean>`silenced_by is not null and ended_at is null`)
    .execute();
  const times = ['starts_at', 'ends_at', 'created_at'].map(
    (column) => `${dialect.readableTime(column)} as ${column}`,
  );
  await sql
    .raw(
      `create view silences as select silence_id, matchers, comment, created_by, expired_by, ${times.join(', ')} from silence`,
    )
    .execute(db);
}
