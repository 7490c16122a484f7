import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import { type Output, openOutput } from './output/keep-output.ts';
import { writeTail } from './output/lines.ts';
import { type AttemptEnd, type AttemptParts, type AttemptStatus, runAttempt } from './process/attempt.ts';
import { createSpawner } from './process/spawner.ts';
import { markName, type Straggler, type StreamName } from './process/types.ts';

/** A task as a program to run. */
export type TaskSpec = {
  argv: readonly string[];
  cwd: string;
  /** The whole environment of the program. */
  env: Readonly<Record<string, string>>;
  /** Of one attempt. */
  timeoutMs: number;
  /** How often it is tried again after a failure or a timeout. */
  retries: number;
  retryDelayMs: number;
  /** Where its output is kept, appended to and at most 10 MiB each; null keeps none. */
  logs: { stdoutPath: string; stderrPath: string } | null;
  redact(text: string): string;
  /** Gets each line as it comes, redacted and cut to 64 KiB, until the head of that output's log is full. */
  onLine(stream: StreamName, line: string): void;
  /** Gets each line that begins with `::tocsin `, not redacted, or its JSON might be none any more. */
  onCommand(line: string): void;
};

/** How a task ended. */
export type TaskOutcome = {
  status: AttemptStatus;
  /** Of the last attempt; null where a signal ended it, or it did not start. */
  exitCode: number | null;
  signal: string | null;
  /** From the start of the first attempt to the end of the last one's own process, delays included. */
  durationMs: number;
  attempts: number;
  /** Why there is neither exit code nor signal, as `spawn failed: …`, or what could not be killed; else null. */
  error: string | null;
  /** The last 4 non-empty lines of standard error, or else of standard output; 500 characters at most, redacted. */
  tail: string;
  /** What it left behind, or what did not end at SIGTERM; all of it was ended. On other systems than Linux only its group is seen. */
  stragglers: readonly Straggler[];
  /** How much of its outputs is left out of the logs. */
  droppedBytes: number;
  /** Why a log does not hold all that it should, as `ENOSPC: …`; null where both do. */
  logProblem: string | null;
};

/** Runs tasks as processes. */
export type TaskRunner = {
  /** Runs the task to the end of all its processes; never rejects for what the task does. The signal cancels it. */
  run(spec: TaskSpec, signal: AbortSignal): Promise<TaskOutcome>;
  /** Cancels what runs, waits for its end, and ends the process that starts tasks. */
  stop(): Promise<void>;
};

/** Answers a runner; its helper process starts with the first task. It must be stopped, or our process does not end. */
export function createTaskRunner(parts: { clock: Clock; ids: Ids; log: Log }): TaskRunner {
  const { clock, ids } = parts;
  const spawner = createSpawner(parts);
  const stopping = new AbortController();
  const running = new Set<Promise<TaskOutcome>>();

  const run = async (spec: TaskSpec, cancel: AbortSignal): Promise<TaskOutcome> => {
    const [stdout, stderr] = await Promise.all([openStream(spec, 'stdout'), openStream(spec, 'stderr')]);
    const attempting = { clock, spawner, stdout, stderr };
    const { last, attempts, tail, durationMs } = await tryUntilDone(attempting, ids, spec, cancel);
    const ends = [await stdout.finish(), await stderr.finish()];
    return {
      ...last,
      stragglers: last.stragglers.map(({ pid, command }) => ({ pid, command: spec.redact(command) })),
      durationMs,
      attempts,
      tail,
      droppedBytes: ends.reduce((sum, { droppedBytes }) => sum + droppedBytes, 0),
      logProblem: ends.find(({ problem }) => problem !== null)?.problem ?? null,
    };
  };
  return {
    async run(spec, signal) {
      const outcome = run(spec, AbortSignal.any([signal, stopping.signal]));
      running.add(outcome);
      try {
        return await outcome;
      } finally {
        running.delete(outcome);
      }
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled(running);
      await spawner.stop();
    },
  };
}

function openStream(spec: TaskSpec, stream: StreamName): Promise<Output> {
  return openOutput({
    path: spec.logs && (stream === 'stdout' ? spec.logs.stdoutPath : spec.logs.stderrPath),
    redact: spec.redact,
    onLine: (line) => spec.onLine(stream, line),
    onCommand: spec.onCommand,
  });
}

type Tried = { last: AttemptEnd; attempts: number; tail: string; durationMs: number };

const cancelledBefore: AttemptEnd = {
  status: 'cancelled',
  exitCode: null,
  signal: null,
  error: null,
  stragglers: [],
  durationMs: 0,
};

async function tryUntilDone(
  parts: AttemptParts,
  ids: Ids,
  spec: TaskSpec,
  cancel: AbortSignal,
): Promise<Tried> {
  const { clock, stdout, stderr } = parts;
  let tried: Tried = { last: cancelledBefore, attempts: 0, tail: '', durationMs: 0 };
  const begun = clock.now();
  while (!cancel.aborted) {
    const attempts = tried.attempts + 1;
    const note = attempts === 1 ? null : `attempt ${attempts} of ${spec.retries + 1}`;
    await Promise.all([stdout.beginAttempt(note), stderr.beginAttempt(note)]);
    const startedAt = clock.now();
    const id = ids.ulid();
    const launch = { id, argv: spec.argv, cwd: spec.cwd, env: { ...spec.env, [markName]: id } };
    const last = await runAttempt(parts, launch, spec.timeoutMs, cancel);
    const tail = writeTail(await stderr.endAttempt(), await stdout.endAttempt());
    tried = { last, attempts, tail, durationMs: startedAt - begun + last.durationMs };
    if (last.status === 'succeeded' || last.status === 'cancelled' || attempts > spec.retries) return tried;
    await clock.wait(spec.retryDelayMs, cancel);
  }
  return { ...tried, last: { ...tried.last, status: 'cancelled' } };
}
