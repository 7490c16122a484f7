/*
 * Alerts: one row a problem, however often it is reported. Takes reports, leases alerts to workers, ends them;
 * knows nothing of incidents and messages.
 */
export { type AckItem, ackAlerts, ackWithLease, returnAlerts } from './ack.ts';
export * from './actions.ts';
export { type ClaimRequest, claimAlerts } from './claim.ts';
export { showDashboard } from './dashboard.ts';
export { recordDecisions } from './decisions.ts';
export { endAlertsOfIncident, lapseAlerts, resolveAlert } from './end.ts';
export { failAlert } from './fail.ts';
export { type KeyedReport, keyReport } from './fold.ts';
export { requireAlert, requireAlertForUpdate } from './get.ts';
export { type IngestOutcome, ingest, ingestKeyed } from './ingest.ts';
export { linkAlert } from './link.ts';
export { type ComponentAlerts, countComponentAlerts } from './queries-component.ts';
export { listAlertsAround } from './queries-dashboard.ts';
export {
  findLastHeard,
  type IncidentAlertSummary,
  listAlertEvents,
  listAlertsOfIncident,
  listHealed,
  listSources,
  markEndAnnounced,
  summarizeIncidentAlerts,
} from './queries-incident.ts';
export { selectLiveKeys } from './queries-ingest.ts';
export { lockAlerts } from './queries-list.ts';
export { countEndedBefore, deleteAlerts, selectEndedBefore } from './queries-retention.ts';
export { releaseStalled } from './release.ts';
export { renewLease } from './renew.ts';
export { type ReadReport, readReport } from './report.ts';
export {
  type AlertView,
  alertStatuses,
  alertView,
  type IngestAnswer,
  ingestAnswer,
  reportInput,
} from './types.ts';
export { toAlertView } from './view.ts';
