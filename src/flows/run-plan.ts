import type { JobsConfig } from '../config/types.ts';
import { AppError } from '../core/errors.ts';
import type { RunPlan } from './run-types.ts';

/** Answers the profile and the tasks that are to run. Throws NOT_FOUND with the names that there are. */
export function planRun(jobs: JobsConfig, request: { profile: string; onlyTask: string | null }): RunPlan {
  const profile = jobs.profiles.find(({ name }) => name === request.profile);
  if (!profile) throw unknown('profile', request.profile, jobs.profiles);
  if (request.onlyTask === null) return { profile, tasks: profile.tasks.filter(({ enabled }) => enabled) };
  const task = profile.tasks.find(({ name }) => name === request.onlyTask);
  if (!task) throw unknown(`task of ${profile.name}`, request.onlyTask, profile.tasks);
  return { profile, tasks: [task] };
}

function unknown(what: string, name: string, known: readonly { name: string }[]): AppError {
  const names = known.map((one) => one.name).join(', ') || 'none';
  return new AppError('NOT_FOUND', `there is no ${what} "${name}"; there are: ${names}`, {
    details: { reason: 'unknown_name', known: known.map((one) => one.name) },
  });
}
