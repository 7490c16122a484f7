import { hostname } from 'node:os';
import { type Base, openBase } from './base.ts';
import { type CheckoutPlace, type Config, readProcessEnvironment } from './config/index.ts';
import { systemActor } from './core/actor.ts';
import type { Log } from './core/log.ts';
import { environmentNamesOf } from './flows/run-environment.ts';
import { planRun } from './flows/run-plan.ts';
import { runProfile } from './flows/run-profile.ts';
import type { EndedTask, ProfileRequest, RunDeps, RunNews, RunResult } from './flows/run-types.ts';
import { type CheckoutDeps, createCheckout } from './flows/sync-checkout.ts';
import { workAlone } from './flows/work-alone.ts';
import { createTaskRunner } from './jobs/index.ts';

export { describeOutcome } from './flows/run-alert.ts';
export { attendedPayload } from './runs/index.ts';
export type { EndedTask, RunNews, RunResult };

/** Runs a profile in this process, beside whatever else uses the database. Throws NOT_FOUND, UNAVAILABLE. */
export async function runProfileHere(
  { config, load }: { config: Config; load(place?: CheckoutPlace): Promise<Config> },
  request: ProfileRequest,
  log: Log,
): Promise<RunResult> {
  planRun(config.jobs, request);
  const base = await openBase({ config, log });
  const reload = async () => base.replaceConfig(await load());
  const deps = createRunDeps(base, { load, reload });
  try {
    const result = await runProfile(deps, request);
    await workAlone(base.context(systemActor('supervisor'), null), base.owner);
    return result;
  } finally {
    await deps.runner.stop();
    await base.close();
  }
}

/** How the configuration is read, and put in force again. */
export type ConfigAccess = Pick<CheckoutDeps, 'load' | 'reload'>;

/** Answers what running profiles takes in this process; its runner must be stopped. */
export function createRunDeps(base: Base, config: ConfigAccess): RunDeps {
  const ctx = base.liveContext(systemActor('jobs'));
  return {
    ctx,
    place: { host: hostname(), holder: base.owner },
    runner: createTaskRunner(ctx),
    checkout: createCheckout({ ctx, ...config }),
    environment: readProcessEnvironment(),
  };
}

/** A task as it would be run; of its environment the names alone. */
export type PlannedTask = { name: string; argv: readonly string[]; environment: readonly string[] };

/** What a run would do. */
export type PlannedRun = {
  profile: string;
  enabled: boolean;
  sync: boolean;
  cwd: string;
  tasks: readonly PlannedTask[];
};

/** Answers what a run would do; does none of it. Throws NOT_FOUND. */
export function planProfileRun(
  config: Config,
  request: Pick<ProfileRequest, 'profile' | 'onlyTask'>,
): PlannedRun {
  const { profile, tasks } = planRun(config.jobs, request);
  return {
    profile: profile.name,
    enabled: profile.enabled,
    sync: profile.syncBeforeRun,
    cwd: config.jobs.repoDir,
    tasks: tasks.map((task) => ({
      name: task.name,
      argv: task.argv,
      environment: environmentNamesOf(profile, task),
    })),
  };
}
