import type { ProfileConfig, TaskConfig } from '../config/types.ts';
import type { TaskOutcome, TaskRunner } from '../jobs/index.ts';
import type { StartedRun } from '../runs/index.ts';
import type { ProfileLockRow, RunRow, RunSource } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import type { RunLedger } from './run-ledger.ts';
import type { Checkout } from './sync-checkout.ts';

/** A profile that is to run, and why. */
export type ProfileRequest = {
  profile: string;
  source: RunSource;
  /** The tick that it stands for, epoch milliseconds; null: it is asked for. */
  scheduledFor: number | null;
  /** The only task to run, enabled or not; null: all that are enabled. */
  onlyTask: string | null;
  /** What it was started with or by, as JSON; absent: nothing. */
  payload?: string;
  /** A run that was asked for elsewhere, and that this one is. */
  queued?: RunRow;
  /** Ends the run early, with all its tasks. */
  signal?: AbortSignal;
  /** Hears what happens as it happens. */
  onNews?(news: RunNews): void;
};

/** What happens in a run, for those who look on. */
export type RunNews =
  | { kind: 'begun'; run: RunRow; tasks: readonly TaskConfig[] }
  | { kind: 'sync_failed'; problem: string }
  | { kind: 'task_begun'; task: TaskConfig }
  | { kind: 'line'; task: TaskConfig; stream: 'stdout' | 'stderr'; line: string }
  | { kind: 'task_ended'; task: TaskConfig; outcome: TaskOutcome };

/** A task and how it ended. */
export type EndedTask = { task: TaskConfig; outcome: TaskOutcome };

export type RunResult =
  | { outcome: 'ended'; run: RunRow; tasks: readonly EndedTask[] }
  /** Its configuration says that it does not run. */
  | { outcome: 'disabled' }
  /** Another run of the profile is under way. */
  | { outcome: 'locked'; run: RunRow; lock: ProfileLockRow | null }
  /** The same tick, or the same asked-for run, is with another process, or is left to one as this one stops. */
  | { outcome: 'taken' }
  /** Another process took this one for dead. */
  | { outcome: 'lost'; run: RunRow };

/** What running takes. */
export type RunDeps = {
  /** Its configuration is the one in force; a run keeps the one that it began with. */
  ctx: FlowCtx;
  /** This process, as `host:pid`, and its machine. */
  place: { holder: string; host: string };
  runner: TaskRunner;
  checkout: Checkout;
  /** The environment of this process. */
  environment: Readonly<Record<string, string>>;
};

/** What a run is made of, as the configuration had it when it began. */
export type RunPlan = { profile: ProfileConfig; tasks: readonly TaskConfig[] };

/** A run under way. */
export type LiveRun = RunPlan & {
  ctx: FlowCtx;
  deps: RunDeps;
  request: ProfileRequest;
  started: StartedRun;
  ledger: RunLedger;
};

/** A run whose tasks have what they need. */
export type PreparedRun = LiveRun & {
  cwd: string;
  /** Of its artifacts; null: it has none. */
  folder: string | null;
  /** May only report, and dies with the run. */
  token: string;
  redact(text: string): string;
};
