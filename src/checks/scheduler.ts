import type { CheckConfig } from '../config/types.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { createPlan, type PlannedCheck, type ScheduledCheck } from './plan.ts';
import { createRoom } from './room.ts';
import type { CheckOutcome } from './types.ts';

export type ProberOptions = {
  clock: Clock;
  log: Log;
  /** Asked at the start and at each reload. Checks without an interval are left out. */
  checks(): readonly ScheduledCheck[];
  /** Awaited before the check may run again; where it rejects, the outcome is logged and dropped. */
  onOutcome(componentId: string, check: CheckConfig, outcome: CheckOutcome, startedAt: number): Promise<void>;
  /** Runs at the same time; what is due beyond them waits in line. Hung checks hold their places until their timeouts, so this is a bound on sockets, not on speed. */
  maxConcurrent: number;
};

export type Prober = {
  /** Takes the checks and runs them until `stop`. */
  start(): void;
  /** Aborts what runs, without an outcome, and resolves when all of it has ended. */
  stop(): Promise<void>;
  /** Starts all that is due and resolves when these runs have ended; answers how many there were. */
  tick(): Promise<number>;
  /** Takes the checks anew: unchanged ones keep their slots, removed and changed ones are aborted. */
  reload(): void;
};

/** Longer waits are cut: timers of Node end at 2^31 ms. */
const maxNapMs = 3_600_000;

/** Answers the loop that runs every check on its interval: first within 5 s of the start, then on its grid. A slot that finds the former run still going is left out. */
export function createProber({ clock, log, checks, onOutcome, maxConcurrent }: ProberOptions): Prober {
  const plan = createPlan(clock);
  const room = createRoom(maxConcurrent);
  const running = new Set<Promise<void>>();
  const stop = new AbortController();
  let nap = new AbortController();

  const runOne = async ({ componentId, check, prepared, abort }: PlannedCheck) => {
    try {
      // The place is for asking: what an outcome has to wait for until it is kept holds up no other check.
      const { outcome, startedAt } = await room.run(async () => {
        const startedAt = clock.now();
        return { outcome: await prepared.run({ clock, signal: abort.signal }), startedAt };
      });
      if (!abort.signal.aborted) await onOutcome(componentId, check, outcome, startedAt);
    } catch (err) {
      // The next slot asks again; one outcome that could not be kept must not end the loop.
      log.error(
        { tag: 'check', err, component: componentId, check: check.name },
        '[check] an outcome was not kept',
      );
    }
  };
  const launch = (item: PlannedCheck) => {
    item.isBusy = true;
    const run = runOne(item).finally(() => {
      item.isBusy = false;
      running.delete(run);
    });
    running.add(run);
    return run;
  };
  const startDue = () =>
    plan
      .takeDue()
      .filter((item) => !item.isBusy)
      .map(launch);
  const loop = async () => {
    while (!stop.signal.aborted) {
      void startDue();
      nap = new AbortController();
      await clock.wait(Math.max(0, Math.min(plan.restMs(), maxNapMs)), nap.signal);
    }
  };
  const reload = () => {
    plan.replace(checks());
    nap.abort();
  };

  return {
    reload,
    start() {
      reload();
      running.add(loop());
    },
    async stop() {
      stop.abort();
      plan.abortAll();
      nap.abort();
      await Promise.all(running);
    },
    async tick() {
      const runs = startDue();
      await Promise.all(runs);
      return runs.length;
    },
  };
}
