import { isDeepStrictEqual } from 'node:util';
import {
  type CheckOutcome,
  decideGuard,
  decideQuestion,
  excuseFailure,
  type GuardState,
  initialGuardState,
  isOffline,
  runCheck,
  wasOffline,
} from '../checks/index.ts';
import type { CheckConfig } from '../config/types.ts';
import { isFailing } from '../health/index.ts';
import type { FlowCtx } from './context.ts';

export type GuardDeps = { makeCtx(): FlowCtx; signal: AbortSignal };

/** Asks the target that says whether Tocsin itself is online, and knows what it said last. */
export type Guard = {
  /** Answers the guard of the configuration in force, to be run on its interval; null: there is none. */
  inForce(): CheckConfig | null;
  /** Takes the outcome of a run on its interval. */
  take(outcome: CheckOutcome, startedAt: number): void;
  /**
   * Answers what the outcome of another check, whose run began at `startedAt`, counts as; the guard is asked first where
   * that matters, once at a time, whoever waits for it.
   */
  weigh(outcome: CheckOutcome, startedAt: number, isDecisive: () => Promise<boolean>): Promise<CheckOutcome>;
};

type Watched = { check: CheckConfig; state: GuardState; underWay: Promise<void> | null };

/** Answers a guard that nothing is known of yet. */
export function createGuard({ makeCtx, signal }: GuardDeps): Guard {
  let watched: Watched | null = null;

  const watch = (): Watched | null => {
    const { config, clock, metrics } = makeCtx();
    if (watched && isDeepStrictEqual(watched.check, config.guard)) return watched;
    if (watched) metrics.guardOnline.reset();
    watched = config.guard && {
      check: config.guard,
      state: initialGuardState(clock.now()),
      underWay: null,
    };
    return watched;
  };
  const note = (of: Watched, outcome: CheckOutcome, startedAt: number) => {
    // A run that was cut off knows nothing, and one of another configuration nothing of this one.
    if (signal.aborted || of !== watched) return;
    const ctx = makeCtx();
    const before = of.state;
    of.state = decideGuard(before, outcome, startedAt, ctx.clock.now(), of.check);
    show(ctx, of);
    tell(ctx, before, of);
  };
  const ask = async (of: Watched): Promise<void> => {
    const { clock } = makeCtx();
    const startedAt = clock.now();
    note(of, await runCheck(of.check, { clock, signal }), startedAt);
  };
  const askOnce = (of: Watched): Promise<void> => {
    of.underWay ??= ask(of).finally(() => {
      of.underWay = null;
    });
    return of.underWay;
  };
  signal.addEventListener('abort', () => makeCtx().metrics.guardOnline.reset(), { once: true });

  return {
    inForce: () => watch()?.check ?? null,
    take(outcome, startedAt) {
      const of = watch();
      if (of) note(of, outcome, startedAt);
    },
    async weigh(outcome, startedAt, isDecisive) {
      const of = isFailing(outcome.status) ? watch() : null;
      if (!of) return outcome;
      const question = decideQuestion(of.state, startedAt);
      if (question === 'always' || (question === 'where_decisive' && (await isDecisive()))) await askOnce(of);
      return wasOffline(of.state, startedAt) ? excuseFailure(outcome, of.state.detail) : outcome;
    },
  };
}

/** In the metrics, as long as this process is the one that knows. */
function show({ metrics }: FlowCtx, { check, state }: Watched): void {
  if (state.status === 'unknown') metrics.guardOnline.reset();
  else metrics.guardOnline.set({ guard: check.name }, isOffline(state) ? 0 : 1);
}

/** In the log, once for each change. */
function tell({ log }: FlowCtx, before: GuardState, { check, state }: Watched): void {
  const fields = { tag: 'check', guard: check.name, reason: state.reason, detail: state.detail };
  if (state.status === 'unknown') {
    if (state.reason !== before.reason)
      log.warn(fields, '[check] the guard says nothing: failures count as if there were none');
  } else if (isOffline(state) && !isOffline(before)) {
    log.warn(fields, '[check] the guard is down: until it is back, failures of checks are taken for unknown');
  } else if (!isOffline(state) && isOffline(before)) {
    log.info(fields, '[check] the guard is back: failures count again');
  }
}
