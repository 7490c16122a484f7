import type { Base } from './base.ts';
import { createArtifactRetention } from './flows/expired-artifacts.ts';
import { createProfileRetirement } from './flows/retire-profiles.ts';
import { createProfileSchedule } from './flows/schedule-profiles.ts';
import { createRunStarter } from './flows/start-runs.ts';
import { type ConfigAccess, createRunDeps } from './run-profile.ts';

/** The part of a process that runs profiles. */
export type Jobs = {
  start(): void;
  /** Begins nothing more, ends what runs, and leaves no process behind. */
  stop(): Promise<void>;
  /** Takes the profiles in force. */
  reload(): void;
};

/** Answers what runs profiles when their time has come and when somebody asks; `onRound` hears of each look at the clock. */
export function createJobs(base: Base, config: ConfigAccess, onRound: () => void): Jobs {
  const deps = createRunDeps(base, config);
  const starter = createRunStarter(deps);
  const retention = createArtifactRetention(deps.ctx);
  const retirement = createProfileRetirement(deps.ctx);
  const schedule = createProfileSchedule({ ctx: deps.ctx, run: starter.run, onRound });
  return {
    start() {
      starter.start();
      schedule.start();
      retention.start();
      retirement.start();
    },
    async stop() {
      await Promise.all([retention.stop(), retirement.stop()]);
      await schedule.stop();
      await starter.stop();
      await deps.runner.stop();
    },
    reload: schedule.reload,
  };
}
