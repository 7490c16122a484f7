/** What a metric of a run may be. */
export type MetricRule = {
  /** Null: a bare number. */
  unit: string | null;
  /** Null: as little as it likes. */
  min: number | null;
  /** Null: as much as it likes. */
  max: number | null;
  isWhole: boolean;
};

const amount = (unit: string): MetricRule => ({ unit, min: 0, max: null, isWhole: true });

/** The metrics of runs that need no declaration. */
export const knownMetrics: Readonly<Record<string, MetricRule>> = {
  duration_ms: { ...amount('milliseconds'), isWhole: false },
  exit_code: { unit: null, min: 0, max: 255, isWhole: true },
  tokens_used: amount('tokens'),
  files_changed: amount('files'),
  diff_loc: amount('lines'),
  cost_usd: { unit: 'USD', min: 0, max: null, isWhole: false },
  webhook_processed: amount('deliveries'),
};

/** What the name of a metric looks like. */
export const metricNamePattern = /^[a-z][a-z0-9_]{0,63}$/;

/** Answers what is wrong with a value, or null. */
export function findMetricProblem({ min, max, isWhole }: MetricRule, value: number): string | null {
  if (!Number.isFinite(value)) return 'must be a finite number';
  if (isWhole && !Number.isSafeInteger(value)) return 'must be a whole number';
  if (min !== null && value < min) return `must be at least ${min}`;
  if (max !== null && value > max) return `must be at most ${max}`;
  return null;
}
