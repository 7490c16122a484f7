import { type Kysely, sql } from 'kysely';
import type { Database } from '../schema.ts';

/** Notes how far incidents that nobody acknowledges have climbed, and since when they wait. */
export async function up(db: Kysely<Database>): Promise<void> {
  await db.schema.alterTable('incident').addColumn('reopened_at', 'bigint').execute();
  // A constant, so that processes of the version before go on opening incidents beside this one.
  await db.schema
    .alterTable('incident')
    .addColumn('climbed_ms', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createIndex('incident_climbing')
    .on('incident')
    .column('climbed_ms')
    .where(sql<boolean>`status = 'open' and acknowledged_at is null`)
    .execute();
}
