import { type Kysely, sql } from 'kysely';
import type { Database } from '../../schema.ts';
import { addColumns, isOneOfWords } from '../columns.ts';

/** Makes the outbox, the tokens, and the few rows that processes share. */
export async function createSharedTables(db: Kysely<Database>): Promise<void> {
  await createNotification(db);
  await addColumns(db.schema.createTable('channel_memory'), [
    'channel text',
    'key text',
    'value text',
    'updated_at bigint',
  ])
    .addPrimaryKeyConstraint('channel_memory_key', ['channel', 'key'])
    .execute();
  await addColumns(db.schema.createTable('token'), [
    'token_id text',
    'name text',
    'role text',
    'kind text',
    'hash text',
    'created_at bigint',
    'expires_at bigint?',
    'revoked_at bigint?',
  ])
    .addPrimaryKeyConstraint('token_key', ['token_id'])
    .addUniqueConstraint('token_hash', ['hash'])
    .addCheckConstraint('token_kind', isOneOfWords('kind', ['api', 'session', 'signin']))
    .execute();
  await addColumns(db.schema.createTable('counter'), ['name text', 'value bigint'])
    .addPrimaryKeyConstraint('counter_key', ['name'])
    .execute();
  await addColumns(db.schema.createTable('lease'), [
    'name text',
    'holder text',
    'token text',
    'until_at bigint',
  ])
    .addPrimaryKeyConstraint('lease_key', ['name'])
    .execute();
}

async function createNotification(db: Kysely<Database>): Promise<void> {
  await addColumns(db.schema.createTable('notification'), [
    'notification_id text',
    'idempotency_key text',
    'channel text',
    'route text?',
    'event text',
    'thread text',
    'incident_id text?',
    'alert_ref text?',
    'severity text',
    'payload text',
    'status text',
    'attempts integer',
    'next_attempt_at bigint',
    'lease_token text?',
    'locked_until bigint?',
    'error text?',
    'provider_message_id text?',
    'created_at bigint',
    'sent_at bigint?',
  ])
    .addPrimaryKeyConstraint('notification_key', ['notification_id'])
    .addUniqueConstraint('notification_idempotency_key', ['idempotency_key'])
    .addCheckConstraint(
      'notification_status',
      isOneOfWords('status', [
        'pending',
        'sending',
        'delivered',
        'failed',
        'dead',
        'skipped_dry_run',
        'skipped_unconfigured',
        'superseded',
      ]),
    )
    .execute();
  const unfinished = sql<boolean>`status in ('pending', 'sending')`;
  await db.schema
    .createIndex('notification_due')
    .on('notification')
    .columns(['channel', 'next_attempt_at', 'notification_id'])
    .where(sql<boolean>`status = 'pending'`)
    .execute();
  await db.schema
    .createIndex('notification_leased')
    .on('notification')
    .column('locked_until')
    .where(sql<boolean>`status = 'sending'`)
    .execute();
  await db.schema
    .createIndex('notification_order')
    .on('notification')
    .columns(['channel', 'thread', 'notification_id'])
    .where(unfinished)
    .execute();
  await db.schema
    .createIndex('notification_thread')
    .on('notification')
    .columns(['thread', 'event'])
    .execute();
  await db.schema
    .createIndex('notification_incident')
    .on('notification')
    .columns(['incident_id', 'notification_id'])
    .where(sql<boolean>`incident_id is not null`)
    .execute();
  await db.schema
    .createIndex('notification_troubled')
    .on('notification')
    .columns(['status', 'notification_id'])
    .where(sql<boolean>`status in ('failed', 'dead')`)
    .execute();
}
