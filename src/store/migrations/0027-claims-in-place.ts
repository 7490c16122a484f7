import { type Kysely, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../schema.ts';

/** So much of a page is filled with new alerts, in percent: the rest is for what becomes of them. */
const filled = 80;

/**
 * Lets a claim leave the indexes of an alert alone where a changed row else moves: no index names the status any more, but a
 * column that is made of it and that a claim doesn't change. Writes the table anew.
 */
export async function up(db: Kysely<Database>, { movesChangedRows }: Dialect): Promise<void> {
  if (!movesChangedRows) return;
  for (const name of ['alert_waiting', 'alert_leased', 'alert_retry', 'alert_dead'])
    await db.schema.dropIndex(name).execute();
  await sql`alter table alert set (fillfactor = ${sql.lit(filled)})`.execute(db);
  await sql`alter table alert add column queue text generated always as
    (case when status in ('new', 'processing') then 'open' when status <> 'acked' then status end) stored`.execute(
    db,
  );
  const indexes: readonly [name: string, columns: string[], queue: string][] = [
    ['alert_waiting', ['severity_rank', 'alert_ref'], 'open'],
    ['alert_retry', ['retry_at'], 'failed'],
    ['alert_dead', ['alert_ref'], 'dead'],
  ];
  for (const [name, columns, queue] of indexes)
    await db.schema
      .createIndex(name)
      .on('alert')
      .columns(columns)
      .where(sql<boolean>`queue = ${sql.lit(queue)}`)
      .execute();
  // Else nothing were known of the column for a while.
  await sql`analyze alert`.execute(db);
}
