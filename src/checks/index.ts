// Asks components whether they are well: one check at a time, each on its interval, judged by its conditions.
// Knows nothing of components' health over time, alerts or the store; what a run of outcomes means is decided purely.
export { type CheckState, decideCheck, initialCheckState } from './decide.ts';
export {
  decideGuard,
  decideQuestion,
  excuseFailure,
  type GuardState,
  hearGuard,
  initialGuardState,
  isOffline,
  wasOffline,
} from './decide-guard.ts';

export { runCheck } from './run.ts';
export { createProber, type Prober } from './scheduler.ts';
export type { CheckOutcome } from './types.ts';
