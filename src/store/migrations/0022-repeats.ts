import { type Kysely, sql } from 'kysely';
import type { Database } from '../schema.ts';

/** Notes from when on the time runs after which a message is told again. Processes of the version before note none. */
export async function up(db: Kysely<Database>): Promise<void> {
  await db.schema.alterTable('notification').addColumn('repeat_from', 'bigint').execute();
  await db.schema
    .createIndex('notification_repeat')
    .on('notification')
    .columns(['route', 'channel', 'repeat_from'])
    .where(sql<boolean>`repeat_from is not null`)
    .execute();
}
