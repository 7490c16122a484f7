export type CheckStatus = 'ok' | 'degraded' | 'down' | 'unknown';

export type CheckStateRow = {
  component: string;
  check_name: string;
  status: CheckStatus;
  reason: string | null;
  detail: string | null;
  since: number;
  checked_at: number;
  latency_ms: number | null;
  consecutive_failures: number;
  consecutive_downs: number;
  consecutive_successes: number;
  consecutive_not_downs: number;
  last_good: string | null;
  /** The last results, behind the time of the latest of them; null: none are kept. */
  recent: string | null;
};

export type ComponentStatusRow = {
  component: string;
  status: CheckStatus;
  reason: string | null;
  since: number;
  checked_at: number;
  /** The component whose alert tells of its failure: itself, or what it failed with; null: nothing was told. */
  told_by: string | null;
};

export type ComponentChangeRow = {
  component: string;
  change_id: string;
  at: number;
  from_status: CheckStatus | null;
  to_status: CheckStatus;
  reason: string | null;
};
