import type { CheckConfig } from '../config/types.ts';
import type { Clock } from '../core/clock.ts';
import { formatDuration } from '../core/duration.ts';
import { AppError } from '../core/errors.ts';
import { readFailure } from './failure.ts';
import { createJudge, type Judge } from './judge.ts';
import { createProbe } from './kinds/create-probe.ts';
import type { CheckOutcome, Failure, Probe } from './types.ts';

export type CheckDeps = { clock: Clock; signal?: AbortSignal };

/** A check whose conditions are read and whose probe is made; runs any number of times. */
export type PreparedCheck = { run(deps: CheckDeps): Promise<CheckOutcome> };

/** Runs a check once, with its retries. Never rejects, and resolves at its timeout at the latest, whatever the target does. */
export async function runCheck(check: CheckConfig, deps: CheckDeps): Promise<CheckOutcome> {
  return prepareCheck(check).run(deps);
}

/** Prepares a check for many runs, as `runCheck` does them; throws VALIDATION_ERROR where a condition makes no sense. */
export function prepareCheck(check: CheckConfig): PreparedCheck {
  try {
    const judge = createJudge(check);
    const probe = createProbe(check, judge.subjects);
    return { run: (deps) => runBehindWall(check, judge, probe, deps) };
  } catch (error) {
    if (error instanceof AppError) throw error;
    return neverAsk(error);
  }
}

/** What nobody foresaw stops this check alone. The error's own text may hold a secret, which nothing is there to hide. */
function neverAsk(error: unknown): PreparedCheck {
  const detail = `could not be prepared: ${error instanceof Error ? error.name : typeof error}`;
  return { run: async () => ({ status: 'unknown', reason: 'internal_error', detail, latencyMs: 0 }) };
}

/** The timeout is for the whole run: a retry has what the first attempt left of it. */
async function runBehindWall(
  check: CheckConfig,
  judge: Judge,
  probe: Probe,
  { clock, signal }: CheckDeps,
): Promise<CheckOutcome> {
  if (signal?.aborted) return judge.judgeFailure(aborted, 0);
  const startedAt = clock.now();
  const stop = new AbortController();
  const abort = () => stop.abort(ended);
  signal?.addEventListener('abort', abort, { once: true });
  const attempts = createAttempts(check, judge, probe, clock, stop.signal);
  try {
    const outcome = await Promise.race([attempts.run(), clock.wait(check.timeoutMs, stop.signal)]);
    if (signal?.aborted) return judge.judgeFailure(aborted, clock.now() - startedAt);
    // A failure that was seen says more than a retry that was cut short.
    return (
      outcome ?? attempts.former() ?? judge.judgeFailure(timedOut(check.timeoutMs), clock.now() - startedAt)
    );
  } finally {
    signal?.removeEventListener('abort', abort);
    abort();
  }
}

/** An abort without a reason would make an error with a stack trace for each run. */
const ended = 'the run has ended';

const aborted = { status: 'unknown', reason: 'aborted', detail: 'stopped before it had an answer' } as const;

function timedOut(timeoutMs: number): Failure {
  return { status: 'down', reason: 'timeout', detail: `no answer within ${formatDuration(timeoutMs)}` };
}

function createAttempts(check: CheckConfig, judge: Judge, probe: Probe, clock: Clock, stop: AbortSignal) {
  let former: CheckOutcome | null = null;
  const ask = async (): Promise<CheckOutcome> => {
    const startedAt = clock.now();
    try {
      return judge.judgeAnswer(await probe(clock, stop));
    } catch (error) {
      return judge.judgeFailure(readFailure(error), clock.now() - startedAt);
    }
  };
  return {
    /** The last attempt that failed, where another one followed it. */
    former: () => former,
    async run(): Promise<CheckOutcome> {
      for (let retriesLeft = check.retries; ; retriesLeft--) {
        const outcome = await ask();
        const isFinal = outcome.status === 'ok' || outcome.status === 'unknown' || retriesLeft <= 0;
        if (isFinal || stop.aborted) return outcome;
        former = outcome;
      }
    },
  };
}
