import { type Kysely, sql } from 'kysely';
import type { Database } from '../schema.ts';

/** Lets a run know what set it off, so that one alert or delivery starts a profile once. */
export async function up(db: Kysely<Database>): Promise<void> {
  await db.schema.alterTable('run').addColumn('trigger_key', 'text').execute();
  await db.schema
    .createIndex('run_trigger')
    .unique()
    .on('run')
    .columns(['profile', 'trigger_key'])
    .where(sql<boolean>`trigger_key is not null and parent_run_id is null`)
    .execute();
}
