// Asks components whether they are well: one check at a time, each on its interval, judged by its conditions.
// Knows nothing of components' health over time, alerts or the store; what a run of outcomes means is decided purely.
export { type CheckDecision, type CheckState, decideCheck, initialCheckState } from './decide.ts';
export type { ScheduledCheck } from './plan.ts';
export { type CheckDeps, type PreparedCheck, prepareCheck, runCheck } from './run.ts';
export { createProber, type Prober, type ProberOptions } from './scheduler.ts';
export { type CheckOutcome, type CheckStatus, type ReasonCode, reasonCodes } from './types.ts';
