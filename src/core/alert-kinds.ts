/** Kinds of alerts that need no declaration; `kinds:` in tocsin.yaml adds to them. */
export const builtInKinds: readonly string[] = [
  'slo_breach',
  'crashloop',
  'latency',
  'error_rate',
  'disk',
  'oom',
  'deploy',
  'security',
  'availability',
  'job_failure',
  'heartbeat',
  'quota',
  'rate_limit',
  'config',
  'custom',
];
