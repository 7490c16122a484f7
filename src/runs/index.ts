/*
 * Runs: one row each time that a profile, a task or something else is executed, under a lease, so that no dead process
 * leaves one running for ever. Knows nothing of profiles but their names.
 */
export { type FoundFolder, listRunFolders, removeRunFolder } from './artifact-folders.ts';
export { makeRunFolder, makeTaskFolder, payloadOf, type TaskFolder, writeRunFile } from './artifacts.ts';
export { cancelRun } from './cancel-run.ts';
export { attendedPayload, decideLoss, decideRunEnd, type RunEnd, stoppedError } from './decide.ts';
export { decideArtifacts, type ExpiredFolder, type RunFolder } from './decide-artifacts.ts';
export { decideProfileDigest } from './decide-digest.ts';
export { dropRun, failLostRuns, finishRun } from './finish-run.ts';
export { getRun } from './get-run.ts';
export { handOnTick, handOnTrigger } from './hand-on.ts';
export { finishTask, keepRun, noteRun, startTask } from './keep-run.ts';
export { listMetrics } from './list-metrics.ts';
export { listRuns } from './list-runs.ts';
export { openRun, type RunTrigger } from './open-run.ts';
export { selectPayload, selectQueuedRuns, selectRevisionsInUse, selectRun } from './queries.ts';
export { forgetTold, listTold, lockTold, rememberTold } from './queries-digest.ts';
export {
  type ProfileRecord,
  selectFailedRunsFor,
  selectProfileRecords,
  selectSyncFailures,
} from './queries-list.ts';
export { selectLocks } from './queries-lock.ts';
export { countRunsBefore, deleteRuns, selectRunStatuses, selectRunsBefore } from './queries-retention.ts';
export { type ProfileTimes, selectProfileTimes } from './queries-watch.ts';
export { createLogWriter, type LogPiece, openLogs } from './read-logs.ts';
export { type GivenMetric, recordMetrics } from './record-metrics.ts';
export { replanRun } from './replan-run.ts';
export { requireRun } from './require.ts';
export { type StartedRun, type StartResult, startRun } from './start-run.ts';
export { takeMissedTicks } from './take-missed.ts';
export { runView, toRunView } from './view.ts';
