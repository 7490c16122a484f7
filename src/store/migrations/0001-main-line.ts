import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../schema.ts';
import { createAlertTables } from './0001/alerts.ts';
import { createHealthTables } from './0001/health.ts';
import { createIncidentTables } from './0001/incidents.ts';
import { createSharedTables } from './0001/shared.ts';
import { createViews } from './0001/views.ts';

/** Makes the tables of the main line: alerts, incidents, health, messages, access. */
export async function up(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await createAlertTables(db, dialect);
  await createIncidentTables(db, dialect);
  await createHealthTables(db, dialect);
  await createSharedTables(db);
  await createViews(db, dialect);
}
