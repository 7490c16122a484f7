import type { ProfileConfig, TaskConfig } from '../config/types.ts';
import type { LiveRun } from './run-types.ts';

/** Answers the environment of a task: the process's, the profile's, the task's, then what Tocsin itself tells it. */
export function makeEnvironment(
  live: Pick<LiveRun, 'ctx' | 'deps' | 'profile' | 'started'>,
  task: TaskConfig,
  given: { artifactsDir: string | null; token: string },
): Record<string, string> {
  return {
    ...live.deps.environment,
    ...live.profile.env,
    ...task.env,
    TOCSIN_RUN_ID: live.started.run.run_id,
    TOCSIN_TASK: task.name,
    ...(given.artifactsDir === null ? {} : { TOCSIN_ARTIFACTS_DIR: given.artifactsDir }),
    TOCSIN_URL: live.ctx.config.server.publicUrl,
    TOCSIN_TOKEN: given.token,
  };
}

/** Answers the names of what a task's environment has beyond the process's own, in that order. */
export function environmentNamesOf(profile: ProfileConfig, task: TaskConfig): string[] {
  const ours = ['TOCSIN_RUN_ID', 'TOCSIN_TASK', 'TOCSIN_ARTIFACTS_DIR', 'TOCSIN_URL', 'TOCSIN_TOKEN'];
  return [...new Set([...Object.keys(profile.env), ...Object.keys(task.env), ...ours])];
}
