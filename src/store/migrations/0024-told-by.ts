import { type Kysely, sql } from 'kysely';
import type { Database } from '../schema.ts';

/** Notes whose alert tells of a component's failure. Processes of the version before leave it as it is. */
export async function up(db: Kysely<Database>): Promise<void> {
  await db.schema.alterTable('component_status').addColumn('told_by', 'text').execute();
  await db.schema
    .createIndex('component_told_by')
    .on('component_status')
    .column('told_by')
    .where(sql<boolean>`told_by is not null`)
    .execute();
}
