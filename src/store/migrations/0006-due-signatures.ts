import { type Kysely, sql } from 'kysely';
import type { Database } from '../schema.ts';

/** Marks the minutes of signatures that were counted since somebody last looked, so that a look costs nothing where nothing came. */
export async function up(db: Kysely<Database>): Promise<void> {
  // The alert that was counted last; null: looked at.
  await db.schema.alterTable('signature_minute').addColumn('due_ref', 'text').execute();
  await db.schema
    .createIndex('signature_minute_due')
    .on('signature_minute')
    .columns(['signature', 'env', 'minute_at'])
    .where(sql<boolean>`due_ref is not null`)
    .execute();
}
