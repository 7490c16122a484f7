import type {
  AlertBlockRow,
  AlertDecisionRow,
  AlertEventRow,
  AlertHourRow,
  AlertNoteRow,
  AlertRow,
  AlertSourceRow,
  InhibitorRow,
  SilenceRow,
} from './schema/alerts.ts';
import type { DeploymentRow } from './schema/deployments.ts';
import type {
  CheckHistoryRow,
  CheckStateRow,
  ComponentChangeRow,
  ComponentMaintenanceRow,
  ComponentStatusRow,
} from './schema/health.ts';
import type {
  CounterRow,
  IncidentArtifactRow,
  IncidentDecisionRow,
  IncidentEventRow,
  IncidentFollowupRow,
  IncidentLinkRow,
  IncidentRow,
  IncidentSignatureRow,
  IncidentUpdateRow,
  ServiceLockRow,
  SignatureMinuteRow,
  SignatureStateRow,
  TriageRow,
  TriageSummaryRow,
} from './schema/incidents.ts';
import type {
  ProfileDigestRow,
  ProfileLockRow,
  RunMetricBatchRow,
  RunMetricRow,
  RunRow,
} from './schema/runs.ts';
import type {
  ChannelMemoryRow,
  FenceRow,
  LeaseRow,
  MigrationRow,
  NotificationRow,
  TokenRow,
} from './schema/shared.ts';
import type { MonitorStateRow } from './schema/state.ts';
import type { WebhookReceiptRow } from './schema/webhooks.ts';

export type * from './schema/alerts.ts';
export type * from './schema/deployments.ts';
export type * from './schema/health.ts';
export type * from './schema/incidents.ts';
export type * from './schema/runs.ts';
export type * from './schema/shared.ts';
export type * from './schema/state.ts';
export type * from './schema/webhooks.ts';

/*
 * Row types of every table. Times are epoch milliseconds, flags 0 or 1, JSON is text that no query looks into.
 * A new column goes here, into a migration, and into nothing else.
 */

/** Every table by its name. */
export type Database = {
  alert: AlertRow;
  alert_event: AlertEventRow;
  alert_decision: AlertDecisionRow;
  alert_source: AlertSourceRow;
  alert_block: AlertBlockRow;
  alert_hour: AlertHourRow;
  alert_note: AlertNoteRow;
  silence: SilenceRow;
  inhibitor: InhibitorRow;
  incident: IncidentRow;
  incident_signature: IncidentSignatureRow;
  incident_event: IncidentEventRow;
  incident_decision: IncidentDecisionRow;
  incident_artifact: IncidentArtifactRow;
  incident_followup: IncidentFollowupRow;
  incident_update: IncidentUpdateRow;
  incident_link: IncidentLinkRow;
  triage: TriageRow;
  triage_summary: TriageSummaryRow;
  signature_state: SignatureStateRow;
  signature_minute: SignatureMinuteRow;
  service_lock: ServiceLockRow;
  counter: CounterRow;
  check_state: CheckStateRow;
  component_status: ComponentStatusRow;
  component_change: ComponentChangeRow;
  component_maintenance: ComponentMaintenanceRow;
  check_history: CheckHistoryRow;
  deployment: DeploymentRow;
  run: RunRow;
  run_metric: RunMetricRow;
  run_metric_batch: RunMetricBatchRow;
  profile_lock: ProfileLockRow;
  profile_digest: ProfileDigestRow;
  monitor_state: MonitorStateRow;
  notification: NotificationRow;
  channel_memory: ChannelMemoryRow;
  webhook_receipt: WebhookReceiptRow;
  token: TokenRow;
  lease: LeaseRow;
  fence: FenceRow;
  migration: MigrationRow;
};
