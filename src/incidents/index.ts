/*
 * Incidents: the story of one outage. The bridge makes alerts part of it, people and time move it on, triage says what is
 * known. Knows nothing of how alerts come and how messages go.
 */
export { acknowledgeIncident } from './acknowledge.ts';
export { appendNote } from './append-note.ts';
export {
  alertToIncident,
  type Bridged,
  type BridgeView,
  type Deferred,
  viewBridge,
} from './bridge.ts';
export { endIncident, mitigateIncident } from './change.ts';
export { createIncident } from './create-incident.ts';
export { decideAutoResolve, decideMove } from './decide.ts';
export { listIncidents, listOpenIncidents } from './list-incidents.ts';
export { matchPolicyRule } from './policy.ts';
export { selectArtifactHeads } from './queries-artifact.ts';
export { type HeldSignature, selectHeldSignatures } from './queries-bridge.ts';
export { selectEndings } from './queries-ending.ts';
export { countEvents, selectEvents } from './queries-event.ts';
export { selectQuietIds } from './queries-incident.ts';
export { deleteOldMinutes } from './queries-retention.ts';
export { countSignatureSince, selectPastIncidents } from './queries-signature.ts';
export { findIncident, incidentName, lockIncident, readIncidentName, requireIncident } from './require.ts';
export { showArtifact } from './show-artifact.ts';
export { resetSignature, showSignature } from './signature-actions.ts';
export { claimTriages, failTriage, finishTriage, isWornOut } from './triage/claim.ts';
export { aroundMs, type ComponentFacts, changedMs, type TriageFacts } from './triage/facts.ts';
export { makeTriageReport } from './triage/make-report.ts';
export {
  artifactView,
  eventView,
  formatNumber,
  type IncidentView,
  incidentStatuses,
  incidentView,
  readComponents,
  toArtifactView,
  toEventView,
  toIncidentView,
} from './view.ts';
