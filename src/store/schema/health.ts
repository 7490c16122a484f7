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

/** What the results of one check in one minute, hour or day came to. */
export type CheckHistoryRow = {
  resolution: 'minute' | 'hour' | 'day';
  component: string;
  check_name: string;
  /** Where it begins, in UTC. */
  at: number;
  ok_count: number;
  degraded_count: number;
  down_count: number;
  unknown_count: number;
  /** Of the results that were ok or degraded. */
  latency_sum_ms: number;
  latency_max_ms: number;
};

/** A time of planned work on a component, as far as results came in it. */
export type ComponentMaintenanceRow = { component: string; from_at: number; until_at: number };
