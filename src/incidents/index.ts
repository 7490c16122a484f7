/*
 * Incidents: the story of one outage. The bridge makes alerts part of it, people and time move it on, triage says what is
 * known. Knows nothing of how alerts come and how messages go.
 */

export { acknowledgeIncident } from './acknowledge.ts';
export { addFollowup } from './add-followup.ts';
export { appendNote } from './append-note.ts';
export { assignIncident } from './assign.ts';
export { attachArtifact, attachFiles } from './attach-artifact.ts';
export {
  alertsToIncidents,
  type Bridged,
  type BridgeView,
  type Deferred,
  planBridge,
  viewBridges,
} from './bridge.ts';
export { alterIncident, endIncident, mitigateIncident } from './change.ts';
export { changeFollowup } from './change-followup.ts';
export { climbIncident } from './climb.ts';
export { createIncident } from './create-incident.ts';
export { decideAutoResolve, decideMove } from './decide.ts';
export { type ClimbDecision, type ClimbFacts, decideClimb, decidePutOff } from './decide-climb.ts';
export { decideEscalation, type EscalationCounts, mayEscalate } from './decide-escalate.ts';
export { decideSeverity } from './decide-hand.ts';
export { decideSilent } from './decide-silent.ts';
export { recordIncidentDecisions } from './decisions.ts';
export { escalateIncident } from './escalate.ts';
export { followupView, toFollowupView } from './followup-view.ts';
export {
  type Counts,
  decideLevel,
  decideRelation,
  recommend,
  type Story,
  worse,
} from './intelligence/decide.ts';
export { decideDigest } from './intelligence/decide-digest.ts';
export { type Recurring, renderDigest } from './intelligence/digest.ts';
export { linkIncidents } from './link.ts';
export { listFollowups } from './list-followups.ts';
export { listIncidents, listOpenIncidents } from './list-incidents.ts';
export { type MergedIncidents, mergeIncidents } from './merge.ts';
export { explainPolicy, matchPolicyRule } from './policy.ts';
export { attachMissingReport, hasTriageReport, writePostmortem } from './postmortem/write.ts';
export { publishUpdate } from './publish-update.ts';
export { selectArtifactHeads } from './queries-artifact.ts';
export { type HeldSignature, selectHeldSignatures } from './queries-bridge.ts';
export { type ClimbCursor, firstClimbing, selectClimbing } from './queries-climb.ts';
export { listIncidentDecisions } from './queries-decision.ts';
export { selectEndings } from './queries-ending.ts';
export {
  clearDueMinutes,
  type DueMinute,
  type Holder,
  type RollingCounts,
  selectDueMinutes,
  selectHolders,
  sumRolling,
} from './queries-escalate.ts';
export { countEvents, selectEvents } from './queries-event.ts';
export { countFollowups, selectFollowupsOf } from './queries-followup.ts';
export {
  giveBackNumbers,
  reserveNumbers,
  selectIncidentsByIds,
  selectQuietIds,
} from './queries-incident.ts';
export { listOpenIncidentRows, selectIncidentsBetween, selectSignaturesOf } from './queries-intelligence.ts';
export { selectIncidentsSince } from './queries-replay.ts';
export {
  expiredMinutes,
  expiredServices,
  expiredSignatures,
  expiredTriages,
} from './queries-retention.ts';
export { countSignatureSince, selectPastIncidents } from './queries-signature.ts';
export { type Silence, selectSilentIds } from './queries-silent.ts';
export { selectLinked, selectUpdates } from './queries-story.ts';
export {
  findIncident,
  incidentName,
  lockIncident,
  lockIncidents,
  readIncidentName,
  requireIncident,
} from './require.ts';
export { showArtifact } from './show-artifact.ts';
export { resetSignature, showSignature } from './signature-actions.ts';
export { linkedView, toLinkedView, toUpdateView, updateView } from './story-view.ts';
export { type Asked, askModel } from './summary/ask.ts';
export {
  claimSummary,
  failSummary,
  finishSummary,
  isSummaryWornOut,
  readReport,
  returnSummary,
} from './summary/claim.ts';
export { makePrompt } from './summary/prompt.ts';
export { chooseRunbooks } from './triage/choose-runbooks.ts';
export { claimTriages, failTriage, finishTriage, isWornOut } from './triage/claim.ts';
export { aroundMs, type ComponentFacts, changedMs, failedRunsMs, type TriageFacts } from './triage/facts.ts';
export { makeTriageReport } from './triage/make-report.ts';
export {
  artifactView,
  eventView,
  formatNumber,
  type IncidentView,
  incidentStatuses,
  incidentView,
  isLive,
  readComponents,
  toArtifactView,
  toEventView,
  toIncidentView,
} from './view.ts';
export type { BridgePlan } from './write-bridge.ts';
