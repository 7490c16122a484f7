import { type Kysely, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../schema.ts';
import { addColumns, isOneOfWords } from './columns.ts';

/** Makes the table of what was changed and when, with its view. */
export async function up(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await addColumns(db.schema.createTable('deployment'), [
    'deployment_id text',
    'given_id text?',
    'kind text',
    'service text',
    'env text',
    'version text',
    'at bigint',
    'deployed_by text',
    'link text?',
    'notes text?',
    'created_at bigint',
  ])
    .addPrimaryKeyConstraint('deployment_key', ['deployment_id'])
    .addUniqueConstraint('deployment_given_id', ['given_id'])
    .addCheckConstraint('deployment_kind', isOneOfWords('kind', ['deployment', 'config_reload']))
    .execute();
  await db.schema.createIndex('deployment_at').on('deployment').columns(['at', 'deployment_id']).execute();
  await db.schema
    .createIndex('deployment_service')
    .on('deployment')
    .columns(['service', 'at', 'deployment_id'])
    .execute();
  const times = ['at', 'created_at'].map((column) => `${dialect.readableTime(column)} as ${column}`);
  const columns = 'deployment_id, given_id, kind, service, env, version, deployed_by, link, notes';
  await sql
    .raw(`create view deployments as select ${[columns, ...times].join(', ')} from deployment`)
    .execute(db);
}
