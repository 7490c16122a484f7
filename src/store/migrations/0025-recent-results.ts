import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';

/**
 * Keeps the last results of a check. Processes of the version before write their results and leave this as it is; so it
 * begins with the time of its latest result, and counts only where that is the check's latest too.
 */
export async function up(db: Kysely<Database>): Promise<void> {
  await db.schema.alterTable('check_state').addColumn('recent', 'text').execute();
}
