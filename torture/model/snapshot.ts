import { sql } from 'kysely';
import type { Probe } from '../../bench/harness/probe.ts';
import type {
  AlertRow,
  Ctx,
  IncidentRow,
  IncidentSignatureRow,
  NotificationRow,
} from '../../src/store/index.ts';

/** What is stored between two steps. */
export type Snapshot = {
  alerts: readonly AlertRow[];
  incidents: readonly IncidentRow[];
  messages: readonly NotificationRow[];
  /** Signatures that an incident holds now. */
  held: readonly IncidentSignatureRow[];
  /** The events of all timelines, by id; that of an alert is its reference. */
  lines: readonly string[];
};

/** Reads everything that promises are about. */
export async function readSnapshot({ db }: Ctx): Promise<Snapshot> {
  const events = await db.selectFrom('incident_event').select('event_id').execute();
  return {
    held: await db.selectFrom('incident_signature').selectAll().where('ended_at', 'is', null).execute(),
    lines: events.map(({ event_id }) => event_id),
    alerts: await db.selectFrom('alert').selectAll().orderBy('alert_ref').execute(),
    incidents: await db.selectFrom('incident').selectAll().orderBy('number').execute(),
    messages: await db.selectFrom('notification').selectAll().orderBy('notification_id').execute(),
  };
}

/** Looks into the database as the audit of a torture does. */
export function openOwnProbe({ db }: Ctx): Probe {
  const rows = async <Row>(select: string) => (await sql.raw<Row>(select).execute(db)).rows;
  return {
    rows,
    count: async (select) => Number(Object.values((await rows<object>(select))[0] ?? {})[0]),
    close: async () => {},
  };
}

// In the order of their foreign keys.
const tables = [
  'alert_event',
  'alert_decision',
  'alert_source',
  'alert',
  'notification',
  'triage_summary',
  'triage',
  'incident_artifact',
  'incident_followup',
  'incident_update',
  'incident_link',
  'incident_signature',
  'incident_decision',
  'incident_event',
  'incident',
  'signature_state',
  'signature_minute',
  'service_lock',
  'counter',
] as const;

/** Empties what a story has written, so that the next one begins with nothing. */
export async function emptyTables({ db }: Ctx): Promise<void> {
  for (const table of tables) await db.deleteFrom(table).execute();
}
