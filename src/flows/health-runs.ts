import { type CheckOutcome, excuseFailure, hearGuard, isOffline, runCheck } from '../checks/index.ts';
import type { CheckConfig } from '../config/types.ts';
import type { Clock } from '../core/clock.ts';
import { isFailing } from '../health/index.ts';

/** One run of a check that somebody asked for. */
export type CheckRun = {
  outcome: CheckOutcome;
  /** When it had its answer. */
  at: number;
  /** Since when such runs have come out with this status, as far as this process knows. */
  since: number;
};

/**
 * Runs of checks that somebody asks for; none of them counts toward `failures_to_down`. One that fails asks the guard, where
 * there is one, in whatever process, before it counts.
 */
export type CheckRuns = {
  /** Answers a run that is no older than the check's `cacheMs`, or a new one. */
  ask(check: CheckConfig, guard: CheckConfig | null): Promise<CheckRun>;
  /** Runs the check now, or joins the run that is under way. */
  run(check: CheckConfig, guard: CheckConfig | null): Promise<CheckRun>;
};

/** Answers where checks are run on demand: one run of a check at a time, shared by all who ask meanwhile. Never rejects. */
export function createCheckRuns(clock: Clock): CheckRuns {
  // By the object of the configuration: a reload makes new ones, and forgets what the old ones answered.
  const underWay = new WeakMap<CheckConfig, Promise<CheckRun>>();
  const kept = new WeakMap<CheckConfig, CheckRun>();

  const start = async (check: CheckConfig, guard: CheckConfig | null): Promise<CheckRun> => {
    const found = await runCheck(check, { clock });
    const at = clock.now();
    const said = guard && isFailing(found.status) ? hearGuard((await run(guard, null)).outcome) : null;
    const outcome = said && isOffline(said) ? excuseFailure(found, said.detail) : found;
    const before = kept.get(check);
    const since = before?.outcome.status === outcome.status ? before.since : at;
    kept.set(check, { outcome, at, since });
    underWay.delete(check);
    return { outcome, at, since };
  };
  const run: CheckRuns['run'] = (check, guard) => {
    const started = underWay.get(check) ?? start(check, guard);
    underWay.set(check, started);
    return started;
  };
  return {
    run,
    async ask(check, guard) {
      const last = kept.get(check);
      return last && clock.now() - last.at < check.cacheMs ? last : run(check, guard);
    },
  };
}
