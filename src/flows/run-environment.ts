import type { ProfileConfig, TaskConfig } from '../config/types.ts';
import { payloadOf } from '../runs/index.ts';
import type { PreparedRun } from './run-types.ts';

/** Answers the environment of a task: the process's, where metrics go, the profile's, the task's, then what Tocsin itself tells it. */
export function makeEnvironment(
  live: Pick<PreparedRun, 'ctx' | 'deps' | 'profile' | 'started' | 'token' | 'folder'>,
  task: TaskConfig,
  artifactsDir: string | null,
): Record<string, string> {
  return {
    ...live.deps.environment,
    METRICS_API_URL: live.ctx.config.metricsApiUrl ?? live.ctx.config.server.publicUrl,
    ...live.profile.env,
    ...task.env,
    TOCSIN_RUN_ID: live.started.run.run_id,
    TOCSIN_TASK: task.name,
    ...(artifactsDir === null ? {} : { TOCSIN_ARTIFACTS_DIR: artifactsDir }),
    ...(live.folder === null ? {} : { TOCSIN_PAYLOAD_PATH: payloadOf(live.folder) }),
    TOCSIN_URL: live.ctx.config.server.publicUrl,
    TOCSIN_TOKEN: live.token,
  };
}

/** Answers the names of what a task's environment has beyond the process's own, in that order. */
export function environmentNamesOf(profile: ProfileConfig, task: TaskConfig): string[] {
  const ours = [
    'METRICS_API_URL',
    'TOCSIN_RUN_ID',
    'TOCSIN_TASK',
    'TOCSIN_ARTIFACTS_DIR',
    'TOCSIN_PAYLOAD_PATH',
    'TOCSIN_URL',
    'TOCSIN_TOKEN',
  ];
  return [...new Set([...Object.keys(profile.env), ...Object.keys(task.env), ...ours])];
}
