import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../schema.ts';
import { addColumns } from './columns.ts';

const indexes: readonly [name: string, columns: string[]][] = [
  ['run_metric_of_run', ['run_id', 'id']],
  ['run_metric_of_name', ['metric_name', 'recorded_at']],
  ['run_metric_by_time', ['recorded_at']],
];

/** Makes the table of the numbers that runs record, and of the batches that were taken; both go with their run. */
export async function up(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await addColumns(db.schema.createTable('run_metric'), [
    'id text',
    'run_id text',
    'metric_name text',
    'recorded_at bigint',
  ])
    .addColumn('metric_value', 'double precision', (column) => column.notNull())
    .addPrimaryKeyConstraint('run_metric_key', ['id'])
    .addForeignKeyConstraint('run_metric_run', ['run_id'], 'run', ['run_id'], (key) =>
      key.onDelete('cascade'),
    )
    .execute();
  for (const [name, columns] of indexes)
    await db.schema.createIndex(name).on('run_metric').columns(columns).execute();
  await addColumns(db.schema.createTable('run_metric_batch'), ['run_id text', 'batch_id text'])
    .addPrimaryKeyConstraint('run_metric_batch_key', ['run_id', 'batch_id'])
    .addForeignKeyConstraint('run_metric_batch_run', ['run_id'], 'run', ['run_id'], (key) =>
      key.onDelete('cascade'),
    )
    .modifyEnd(dialect.keptByKey)
    .execute();
  const time = dialect.readableTime('recorded_at');
  await sql
    .raw(
      `create view run_metrics as select id, run_id, metric_name, metric_value, ${time} as recorded_at from run_metric`,
    )
    .execute(db);
}
