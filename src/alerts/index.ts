/*
 * Alerts: one row a problem, however often it is reported. Takes reports, leases alerts to workers, ends them;
 * knows nothing of incidents and messages.
 */
export { ackAlerts, ackLocked, ackWithLease, returnAlerts } from './ack.ts';
export * from './actions.ts';
export { type ClaimRequest, claimAlerts, claimAndAsk, takeBackStalled } from './claim.ts';
export { showDashboard } from './dashboard.ts';
export { recordDecisions } from './decisions.ts';
export { reportFacts } from './dedupe-ttl.ts';
export { endAlertsOfIncident, lapseAlerts } from './end.ts';
export { failAlert } from './fail.ts';
export { rememberTitles } from './fingerprint.ts';
export { requireAlert, requireAlertForUpdate } from './get.ts';
export { createHeardSources, type HeardSources, sourceWriteEveryMs } from './heard-sources.ts';
export { ingest, ingestKeyed } from './ingest.ts';
export { ingestFresh } from './ingest-fresh.ts';
export { ingestRepeats } from './ingest-repeats.ts';
export * from './inhibitions/index.ts';
export { type KeyedReport, keyNamed, keyReport, type NamedReport, nameReport } from './keyed-report.ts';
export { isLeft } from './left.ts';
export { linkAlert, moveAlerts } from './link.ts';
export { listAlertEvents } from './list-events.ts';
export { measureLoop } from './loop-slo.ts';
export { requeueManyAction, retryManyAction } from './many-actions.ts';
export { noteBlocks } from './note-blocks.ts';
export { type ComponentAlerts, countComponentAlerts, findLiveRefs } from './queries-component.ts';
export { listAlertsAround } from './queries-dashboard.ts';
export { deadReported, fingerprintDead, listOutlivedReports, listUnreportedDead } from './queries-dead.ts';
export { type DecisionSum, listDecisions, sumDecisionsOfIncident } from './queries-decision.ts';
export {
  findLastHeard,
  listAlertsOfIncident,
  listHealed,
  listSources,
  listUnboundedOf,
  markEndAnnounced,
  selectKindsOfIncidents,
  selectLiveAlerts,
  summarizeIncidentAlerts,
} from './queries-incident.ts';
export { listOpenJobRuns, listUnboundedJobs } from './queries-job-runs.ts';
export { holdAlerts } from './queries-list.ts';
export { findAlerts } from './queries-minute.ts';
export { selectRecordedAlerts, selectSilencesSince, selectSuperseded } from './queries-replay.ts';
export { expiredAlerts, expiredSilences, expiredSources } from './queries-retention.ts';
export { countFirstReports, raiseAlert, standsAlone } from './raise.ts';
export { renewLease } from './renew.ts';
export { readReport } from './report.ts';
export { sendRound } from './send-round.ts';
export * from './silences/index.ts';
export {
  type AlertView,
  alertStatuses,
  alertView,
  type IngestAnswer,
  ingestAnswer,
} from './types.ts';
export { toAlertView } from './view.ts';
