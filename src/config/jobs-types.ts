import type { Severity } from '../core/severity.ts';
import type { ProfileTriggers } from './trigger-types.ts';

/** What runs on a schedule, from jobs.yaml. */
export type JobsConfig = {
  /** Absolute path of jobs.yaml; null: there is none. */
  path: string | null;
  /** Absolute path of the checkout whose root is the working directory of tasks. */
  repoDir: string;
  /** What a sync brings in. */
  branch: string;
  /** Run after a sync that changed something; null: nothing. */
  postCommand: readonly string[] | null;
  /** Program and arguments that run a script, by its suffix. */
  runners: Readonly<Record<string, readonly string[]>>;
  /** In the order of the file. */
  profiles: readonly ProfileConfig[];
};

/** Where scripts keep what they remember from run to run. */
export type StateConfig = {
  backend: 'database' | 'file';
  /** Absolute path of the folder of text files. */
  dir: string;
  /** Whether the database's text is written into the files too. */
  isDualWrite: boolean;
  /** Text file of profiles whose `env` names none; null: none either. */
  cacheFile: string | null;
  /** A second one. */
  nonceFile: string | null;
};

/** Tasks that run together, when `cron` says so. */
export type ProfileConfig = {
  name: string;
  cron: string;
  /** IANA name of the zone that `cron` is read in. */
  timezone: string;
  description: string | null;
  enabled: boolean;
  syncBeforeRun: boolean;
  env: Readonly<Record<string, string>>;
  /** Name of the route of its digest; null: as alerts of its tasks are routed. */
  route: string | null;
  digest: 'on_change' | 'every';
  /** How old its last success may be; null: as old as it likes. */
  staleAfterMs: number | null;
  /** How late a tick may be before its absence is an alert. */
  graceMs: number;
  timeoutMs: number;
  /** Tasks that run at once; 1: in order. */
  concurrency: number;
  /** What is done about ticks that were missed while nothing ran: nothing, or the last one once. */
  catchUp: 'none' | 'last';
  on: ProfileTriggers;
  tasks: readonly TaskConfig[];
};

/** One program that a profile runs. */
export type TaskConfig = {
  name: string;
  /** Runner, script and `--key=value` in the order written; a relative path starts at the working directory. */
  argv: readonly string[];
  /** The script as the file names it; null: the file gives a command. */
  script: string | null;
  enabled: boolean;
  timeoutMs: number;
  retries: number;
  retryDelayMs: number;
  /** Of the alert that a failure raises; null: the name of the profile. */
  service: string | null;
  /** Of that alert; null: P2. */
  severity: Severity | null;
  component: string | null;
  env: Readonly<Record<string, string>>;
};
