import type { TableName } from '../dialect.ts';
import type { Database } from '../schema.ts';

/** A table whose rows are data of the user's; the migrations make their own. */
export type DataTable = Exclude<TableName, 'migration'>;

type Keys = { readonly [Table in DataTable]: readonly (keyof Database[Table] & string)[] };

/** The primary key of each table, in an order in which no row comes before one that it refers to. */
export const tableKeys: Keys = {
  counter: ['name'],
  token: ['token_id'],
  alert: ['alert_ref'],
  alert_event: ['alert_ref', 'event_id'],
  alert_decision: ['alert_ref', 'reason'],
  alert_source: ['source'],
  alert_block: ['from_ref'],
  alert_hour: ['dimension', 'value', 'hour_at'],
  alert_note: ['dimension', 'value', 'from_ref'],
  silence: ['silence_id'],
  inhibitor: ['inhibition_key', 'alert_ref'],
  incident: ['incident_id'],
  incident_signature: ['signature', 'env', 'incident_id'],
  incident_event: ['incident_id', 'event_id'],
  incident_decision: ['incident_id', 'reason'],
  incident_artifact: ['artifact_id'],
  incident_followup: ['followup_id'],
  incident_update: ['incident_id', 'update_id'],
  incident_link: ['incident_id', 'other_id'],
  triage: ['triage_id'],
  triage_summary: ['triage_id'],
  signature_state: ['signature', 'env'],
  signature_minute: ['signature', 'env', 'minute_at'],
  service_lock: ['service', 'env'],
  check_state: ['component', 'check_name'],
  component_status: ['component'],
  component_change: ['component', 'change_id'],
  component_maintenance: ['component', 'from_at'],
  check_history: ['resolution', 'component', 'check_name', 'at'],
  deployment: ['deployment_id'],
  run: ['run_id'],
  run_metric: ['id'],
  run_metric_batch: ['run_id', 'batch_id'],
  profile_lock: ['profile'],
  profile_digest: ['profile'],
  monitor_state: ['namespace', 'key'],
  notification: ['notification_id'],
  channel_memory: ['channel', 'key'],
  webhook_receipt: ['webhook', 'delivery_key'],
  lease: ['name'],
  fence: ['name'],
};

/** Columns that PostgreSQL makes of others, and nobody writes. */
export const madeColumns: Readonly<Partial<Record<DataTable, string>>> = { alert: 'queue' };

export const dataTables = Object.keys(tableKeys) as readonly DataTable[];
