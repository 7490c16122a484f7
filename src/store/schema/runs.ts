export type RunKind = 'profile' | 'task' | 'external';

export type RunSource = 'cron' | 'manual' | 'webhook' | 'api' | 'alert';

export type RunStatus =
  | 'queued'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'timed_out'
  | 'cancelled'
  | 'skipped_locked';

/** One execution of a profile, of one of its tasks, or of something else. */
export type RunRow = {
  run_id: string;
  /** Of a task: the run of its profile. */
  parent_run_id: string | null;
  kind: RunKind;
  profile: string | null;
  /** Of a task its name; of a profile's run the only task that was asked for, where one was. */
  task: string | null;
  source: RunSource;
  status: RunStatus;
  /** JSON, and large where a webhook sent it: queries leave it out. */
  trigger_payload: string | null;
  /** What set it off, as the alert or the delivery; null: nothing that may set off one run only. */
  trigger_key: string | null;
  request_id: string | null;
  repo: string | null;
  pr_number: number | null;
  /** Of a task: the service that its failure is about. */
  service: string | null;
  /** The tick that it stands for; null: it was asked for. */
  scheduled_for: number | null;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
  /** Time that the work itself took, retries included. */
  duration_ms: number | null;
  exit_code: number | null;
  signal: string | null;
  attempts: number;
  error: string | null;
  /** The end of what the task wrote. */
  tail: string | null;
  artifacts_dir: string | null;
  /** The machine that runs it and holds its artifacts. */
  host: string | null;
  /** What the tasks ran from, where that is known. */
  revision: string | null;
  /** Syncs of the profile that failed in a row, up to this one; null: it did not sync. */
  sync_failures: number | null;
  /** `host:pid` of the process that runs it. */
  holder: string | null;
  lease_token: string | null;
  locked_until: number | null;
  cancel_requested_at: number | null;
  cancel_requested_by: string | null;
};

/** Who runs a profile right now. */
export type ProfileLockRow = {
  profile: string;
  run_id: string;
  holder: string;
  token: string;
  since: number;
  locked_until: number;
};

/** What was last told of a profile's failures. */
export type ProfileDigestRow = {
  profile: string;
  /** What failed then, as JSON; an empty list: all was well. */
  failing: string;
  told_at: number;
  run_id: string;
};

/** A number that a run recorded. */
export type RunMetricRow = {
  id: string;
  run_id: string;
  metric_name: string;
  metric_value: number;
  recorded_at: number;
};

/** A batch of metrics that was taken, so that it is not taken twice. */
export type RunMetricBatchRow = { run_id: string; batch_id: string };
