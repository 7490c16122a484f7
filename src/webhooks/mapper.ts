import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { type Evaluator, startEvaluator } from './evaluator.ts';
import type { Evaluated, EvaluationJob } from './types.ts';

const idleMs = 60_000;
/** Of one webhook: a sender that is served slower than it sends is told to come again. */
const maxWaiting = 16;

export type MappingJob = EvaluationJob & { webhook: string };
export type Mapped = { ok: true; made: unknown } | { ok: false; problem: string };

export type Mapper = {
  /** Runs an expression where it can hang nothing. Throws UNAVAILABLE where too many wait, and at the end of Tocsin. */
  map(job: MappingJob): Promise<Mapped>;
  stop(): Promise<void>;
};

type Waiting = { job: MappingJob; settle(mapped: Mapped): void; fail(error: AppError): void };

/** Answers what runs mappings, one at a time, in a process that starts with the first and ends when none came for a minute. */
export function createMapper(clock: Clock): Mapper {
  const waiting: Waiting[] = [];
  let evaluator: Evaluator | null = null;
  let working: Promise<void> | null = null;
  let idle = new AbortController();
  let isStopping = false;
  /** Whose expression had to be ended: the others go first. */
  let lastEnded: string | null = null;

  const takeNext = (): Waiting | undefined => {
    const next = waiting.find(({ job }) => job.webhook !== lastEnded) ?? waiting[0];
    if (next) waiting.splice(waiting.indexOf(next), 1);
    return next;
  };
  const serve = async ({ job, settle, fail }: Waiting) => {
    if (!evaluator?.isAlive()) evaluator = await startEvaluator(clock);
    if (evaluator === null) return fail(unavailable('no process could be started to run the mapping in'));
    const evaluated = await evaluator.evaluate(job);
    lastEnded = evaluator.isAlive() ? null : job.webhook;
    settle(read(evaluated));
  };
  const endWhenIdle = async () => {
    idle = new AbortController();
    const { signal } = idle;
    await clock.wait(idleMs, signal);
    if (!signal.aborted) evaluator?.end();
  };
  const work = async () => {
    idle.abort();
    for (let next = takeNext(); next; next = takeNext()) await serve(next);
    working = null;
    if (!isStopping) void endWhenIdle();
  };

  return {
    map(job) {
      if (isStopping) return Promise.reject(unavailable('Tocsin is stopping'));
      const before = waiting.filter((other) => other.job.webhook === job.webhook).length;
      if (before >= maxWaiting)
        return Promise.reject(unavailable(`too many deliveries of "${job.webhook}" wait for their mapping`));
      return new Promise((settle, fail) => {
        waiting.push({ job, settle, fail });
        working ??= work();
      });
    },
    async stop() {
      isStopping = true;
      idle.abort();
      await working;
      evaluator?.end();
    },
  };
}

function read(evaluated: Evaluated): Mapped {
  return evaluated.ok ? { ok: true, made: JSON.parse(evaluated.json) } : evaluated;
}

function unavailable(message: string): AppError {
  return new AppError('UNAVAILABLE', message);
}
