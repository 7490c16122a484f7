/*
 * Jobs: programs that run on a schedule. Here is which profile is due when; how a task becomes a process, what is kept of
 * it, and how all that it starts is ended; and how the checkout that tasks run in follows its branch. Which profiles and
 * tasks there are the configuration says.
 */

export { createTickAgenda, type DueTick, nextTickAfter, type TickAgenda } from './agenda.ts';
export { decideHandedTick, decideTick, type TickDecision } from './decide-tick.ts';
export {
  decideAlertTrigger,
  decideGithubTrigger,
  decideWebhookTrigger,
  type GithubFacts,
} from './decide-trigger.ts';
export { decideTroubles, type ProfileSight, type ProfileTrouble, profileTroubles } from './decide-watch.ts';
export { createExpectations, type Expected } from './expectations.ts';
export { readCommand } from './read-command.ts';
export { createTaskRunner, type TaskOutcome, type TaskRunner, type TaskSpec } from './run-task.ts';
export {
  forgetState,
  freshnesses,
  getState,
  importFiles,
  keyInput,
  listState,
  namespaceInput,
  type StatePlace,
  selectNamespaces,
  setState,
  valueInput,
} from './state/index.ts';
export {
  findCheckout,
  findTree,
  type NewJobs,
  type SyncRequest,
  type SyncResult,
  syncCheckout,
} from './sync/index.ts';
