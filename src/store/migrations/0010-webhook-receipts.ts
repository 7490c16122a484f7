import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';
import { addColumns } from './columns.ts';

/** Makes the table of the deliveries that were taken, so that each is taken once. */
export async function up(db: Kysely<Database>): Promise<void> {
  await addColumns(db.schema.createTable('webhook_receipt'), [
    'webhook text',
    'delivery_key text',
    'body_hash text',
    'answers text',
    'received_at bigint',
  ])
    .addPrimaryKeyConstraint('webhook_receipt_key', ['webhook', 'delivery_key'])
    .execute();
  await db.schema
    .createIndex('webhook_receipt_received')
    .on('webhook_receipt')
    .column('received_at')
    .execute();
}
