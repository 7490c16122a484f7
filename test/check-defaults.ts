/** What a check has where its configuration says nothing. */
export const checkDefaults = {
  name: 'front',
  intervalMs: 30_000,
  timeoutMs: 5000,
  retries: 1,
  failuresToDown: 2,
  successesToRecover: 2,
  cacheMs: 10_000,
  conditions: [],
  degraded: [],
} as const;
