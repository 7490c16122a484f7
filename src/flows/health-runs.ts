import { type CheckOutcome, runCheck } from '../checks/index.ts';
import type { CheckConfig } from '../config/types.ts';
import type { Clock } from '../core/clock.ts';

/** One run of a check that somebody asked for. */
export type CheckRun = {
  outcome: CheckOutcome;
  /** When it had its answer. */
  at: number;
  /** Since when such runs have come out with this status, as far as this process knows. */
  since: number;
};

/** Runs of checks that somebody asks for; none of them counts toward `failures_to_down`. */
export type CheckRuns = {
  /** Answers a run that is no older than the check's `cacheMs`, or a new one. */
  ask(check: CheckConfig): Promise<CheckRun>;
  /** Runs the check now, or joins the run that is under way. */
  run(check: CheckConfig): Promise<CheckRun>;
};

/** Answers where checks are run on demand: one run of a check at a time, shared by all who ask meanwhile. Never rejects. */
export function createCheckRuns(clock: Clock): CheckRuns {
  // By the object of the configuration: a reload makes new ones, and forgets what the old ones answered.
  const underWay = new WeakMap<CheckConfig, Promise<CheckRun>>();
  const kept = new WeakMap<CheckConfig, CheckRun>();

  const start = async (check: CheckConfig): Promise<CheckRun> => {
    const outcome = await runCheck(check, { clock });
    const at = clock.now();
    const before = kept.get(check);
    const run = { outcome, at, since: before?.outcome.status === outcome.status ? before.since : at };
    kept.set(check, run);
    underWay.delete(check);
    return run;
  };
  const run: CheckRuns['run'] = (check) => {
    const started = underWay.get(check) ?? start(check);
    underWay.set(check, started);
    return started;
  };
  return {
    run,
    async ask(check) {
      const last = kept.get(check);
      return last && clock.now() - last.at < check.cacheMs ? last : run(check);
    },
  };
}
