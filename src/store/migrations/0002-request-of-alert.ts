import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';

/** Lets an alert know the request that brought its first report: what an event of its own said before, at the cost of a row. */
export async function up(db: Kysely<Database>): Promise<void> {
  await db.schema.alterTable('alert').addColumn('request_id', 'text').execute();
}
