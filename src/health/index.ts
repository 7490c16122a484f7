/*
 * Health: what the results of checks make of components, and what that means for their alerts.
 * Knows neither how checks are run nor how alerts are kept.
 */
export {
  type AlertDecision,
  decideAlert,
  decideComponent,
  decideStepTime,
  findReturned,
  isFailing,
  isTellingOver,
  judgeChecks,
  judgeServices,
  tellerOf,
  weighUpstreams,
} from './decide.ts';
export { chooseResolution, startOfBucket, startOfDay } from './decide-history.ts';
export {
  type DayUptime,
  decideUptime,
  decideUptimeRatio,
  type StatusTimes,
  sumTimes,
} from './decide-uptime.ts';
export { type ComponentGraph, createGraphs } from './graph.ts';
export {
  deleteCheckRecords,
  deleteComponentStates,
  findCheckRecord,
  type HealthWrites,
  listCheckRecords,
  listComponentStates,
  listTogether,
  writeHealth,
} from './queries.ts';
export {
  expiredHistory,
  expiredMaintenance,
  expiredSteps,
  listHistory,
  listMaintenance,
  listStatusSteps,
} from './queries-history.ts';
export {
  isLeaseHeld,
  type LeaseClaim,
  lockLeaseToken,
  renewLease,
  returnLease,
  takeLease,
} from './queries-lease.ts';
export { describeEnd, recovered, reportFailure, reportRecovery } from './report.ts';
export { type Affected, reportAffected, reportUnaffected } from './report-affected.ts';
export { type ShownHealth, showHealth } from './show.ts';
export type * from './types.ts';
