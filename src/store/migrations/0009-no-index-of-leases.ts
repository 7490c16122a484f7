import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';

/** Drops the index by lease: whoever holds one knows its alerts or its end, and each claim and each ack paid for it. */
export async function up(db: Kysely<Database>): Promise<void> {
  await db.schema.dropIndex('alert_lease').execute();
}
