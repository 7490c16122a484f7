import { createTokenAction, listTokensAction, revokeTokenAction } from './access/index.ts';
import {
  ackAction,
  createSilence,
  listAlerts,
  renewAction,
  requeueAction,
  requeueManyAction,
  resolveAction,
  retryAction,
  retryManyAction,
  showDashboard,
} from './alerts/index.ts';
import type { Action } from './core/action.ts';
import { listDeployments, recordDeployment } from './deployments/index.ts';
import { claimAction, failAction, getAlert } from './flows/alert-actions.ts';
import { alertToIncidentAction } from './flows/alert-to-incident.ts';
import type { FlowCtx } from './flows/context.ts';
import { showDigest } from './flows/digest.ts';
import { listComponents, runChecks } from './flows/health-actions.ts';
import { showHistory, showUptime } from './flows/history-actions.ts';
import { closeAction, createAction, moveAction } from './flows/incident-actions.ts';
import { getIncident } from './flows/incident-get.ts';
import { correlateIncident, showRecurrence } from './flows/incident-intelligence.ts';
import { mergeAction } from './flows/incident-merge.ts';
import { severityAction } from './flows/incident-severity.ts';
import { listProfiles } from './flows/list-profiles.ts';
import { notifySetupTelegram, notifyTest } from './flows/notify-actions.ts';
import { onCallNow } from './flows/oncall.ts';
import { policyExplain } from './flows/policy-explain.ts';
import { draftPostmortem } from './flows/postmortem.ts';
import { ingestAction } from './flows/report.ts';
import { runRetention } from './flows/retention.ts';
import { startRunAction } from './flows/run-actions.ts';
import { recordMetricsAction } from './flows/run-metrics.ts';
import { expireSilence, getSilence, listSilences } from './flows/silence-actions.ts';
import {
  deleteStateAction,
  getStateAction,
  importStateAction,
  listStateAction,
  setStateAction,
} from './flows/state-actions.ts';
import { alertWhy, incidentWhy } from './flows/why.ts';
import {
  acknowledgeIncident,
  addFollowup,
  appendNote,
  assignIncident,
  attachArtifact,
  changeFollowup,
  linkIncidents,
  listFollowups,
  listIncidents,
  listOpenIncidents,
  publishUpdate,
  resetSignature,
  showArtifact,
  showSignature,
} from './incidents/index.ts';
import { notificationsList, notificationsRetry } from './notify/index.ts';
import { cancelRun, getRun, listMetrics, listRuns } from './runs/index.ts';

/** Everything that Tocsin can be asked to do. The doors are made from this list. */
export const actions = [
  ingestAction,
  listAlerts,
  showDashboard,
  claimAction,
  getAlert,
  renewAction,
  ackAction,
  failAction,
  requeueAction,
  requeueManyAction,
  retryAction,
  retryManyAction,
  resolveAction,
  alertToIncidentAction,
  policyExplain,
  alertWhy,
  incidentWhy,
  createSilence,
  listSilences,
  getSilence,
  expireSilence,
  listIncidents,
  listOpenIncidents,
  getIncident,
  createAction,
  acknowledgeIncident,
  moveAction,
  closeAction,
  severityAction,
  assignIncident,
  mergeAction,
  linkIncidents,
  appendNote,
  publishUpdate,
  attachArtifact,
  showArtifact,
  addFollowup,
  changeFollowup,
  listFollowups,
  draftPostmortem,
  onCallNow,
  correlateIncident,
  showRecurrence,
  showDigest,
  showSignature,
  resetSignature,
  recordDeployment,
  listDeployments,
  startRunAction,
  listRuns,
  getRun,
  cancelRun,
  listMetrics,
  recordMetricsAction,
  listComponents,
  runChecks,
  showHistory,
  showUptime,
  listProfiles,
  getStateAction,
  setStateAction,
  deleteStateAction,
  listStateAction,
  importStateAction,
  notificationsList,
  notificationsRetry,
  notifyTest,
  notifySetupTelegram,
  runRetention,
  createTokenAction,
  listTokensAction,
  revokeTokenAction,
] as unknown as readonly Action<FlowCtx>[];
