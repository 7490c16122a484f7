import { type Kysely, sql } from 'kysely';
import type { Database } from '../schema.ts';

/**
 * Lets lists find the few alerts that a filter is asked for among a million, in the order of the list. All but the first
 * hold only what is rare, so that a usual alert pays for its service, and once for its end.
 */
export async function up(db: Kysely<Database>): Promise<void> {
  await db.schema.createIndex('alert_of_service').on('alert').columns(['service', 'alert_ref']).execute();
  const partial: readonly [name: string, columns: string[], holds: string][] = [
    ['alert_ended', ['ended_at'], 'ended_at is not null'],
    ['alert_of_env', ['env', 'alert_ref'], `env <> 'prod'`],
    ['alert_of_component', ['component', 'alert_ref'], 'component is not null'],
    ['alert_worst', ['alert_ref'], `severity = 'P0'`],
  ];
  for (const [name, columns, holds] of partial)
    await db.schema.createIndex(name).on('alert').columns(columns).where(sql.raw<boolean>(holds)).execute();
}
