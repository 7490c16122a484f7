// Asks components whether they are well: one check at a time, each on its interval, judged by its conditions.
// Knows nothing of components' health over time, alerts or the store; what a run of outcomes means is decided purely.

export { type CheckState, decideCheck, initialCheckState } from './decide.ts';
export { decideQuestion, excuseFailure, hearGuard, isOffline } from './decide-guard.ts';

export { runCheck } from './run.ts';
export { createProber, type Prober } from './scheduler.ts';
export type { CheckOutcome } from './types.ts';
