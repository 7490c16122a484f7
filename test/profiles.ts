import type { JobsConfig, ProfileConfig } from '../src/config/types.ts';

/** Answers a profile that is due every minute and has no tasks. */
export function scheduled(name: string, changes: Partial<ProfileConfig> = {}): ProfileConfig {
  return {
    name,
    cron: '* * * * *',
    timezone: 'UTC',
    description: null,
    enabled: true,
    syncBeforeRun: false,
    env: {},
    route: null,
    digest: 'on_change',
    staleAfterMs: null,
    graceMs: 60_000,
    timeoutMs: 3_600_000,
    concurrency: 1,
    catchUp: 'none',
    on: { alert: null, webhook: null, github: null },
    tasks: [],
    ...changes,
  };
}

/** Answers what jobs.yaml would make of the profiles. */
export function jobsOf(profiles: readonly ProfileConfig[]): JobsConfig {
  return { path: null, repoDir: '/checkout', branch: 'main', postCommand: null, runners: {}, profiles };
}
