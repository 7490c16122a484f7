import { type Kysely, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../schema.ts';

/**
 * Makes the index of live alerts hold as much of a key as the engine's rows are best found by. On PostgreSQL that is all of
 * it, and nothing changes: processes of the version before go on beside this one, and name the index by its column.
 */
export async function up(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  const indexed = dialect.indexedHash('dedupe_key');
  if (indexed === 'dedupe_key') return;
  await db.schema.dropIndex('alert_live').execute();
  await db.schema
    .createIndex('alert_live')
    .unique()
    .on('alert')
    .expression(sql.raw(indexed))
    .where(sql<boolean>`ended_at is null`)
    .execute();
}
