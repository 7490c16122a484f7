import type { TaskConfig } from '../config/types.ts';
import type { TaskOutcome } from '../jobs/index.ts';
import { finishTask, startTask } from '../runs/index.ts';
import type { RunRow } from '../store/index.ts';
import { reportTask } from './run-alert.ts';
import { makeEnvironment } from './run-environment.ts';
import type { EndedTask, LiveRun } from './run-types.ts';
import type { RunWatch } from './run-watch.ts';

/** Where the tasks of a run take place. */
export type Workplace = {
  cwd: string;
  /** May only report, and dies with the run. */
  token: string;
  redact(text: string): string;
};

type Turn = { task: TaskConfig; row: RunRow };

/** Runs the tasks, as many at once as the profile says, each in its turn; one that fails stops none. Answers those that began, in their order. */
export async function runTasks(live: LiveRun, watch: RunWatch, place: Workplace): Promise<EndedTask[]> {
  const turns = live.tasks.flatMap((task, i): Turn[] => {
    const row = live.started.tasks[i];
    return row ? [{ task, row }] : [];
  });
  const ended = new Map<TaskConfig, TaskOutcome>();
  const waiting = [...turns];
  const work = async () => {
    for (let turn = waiting.shift(); turn && !watch.signal.aborted; turn = waiting.shift()) {
      const outcome = await runTask(live, watch, place, turn);
      if (outcome) ended.set(turn.task, outcome);
    }
  };
  const workers = Array.from({ length: Math.min(live.profile.concurrency, turns.length) }, work);
  // All come to rest before the first of their troubles is told, so that no task outlives its run.
  const settled = await Promise.allSettled(workers);
  const trouble = settled.find((result) => result.status === 'rejected');
  if (trouble) throw trouble.reason;
  return live.tasks.flatMap((task) => {
    const outcome = ended.get(task);
    return outcome ? [{ task, outcome }] : [];
  });
}

/** Runs one task, reports how it went, and writes that down; null: its run was ended elsewhere. */
async function runTask(
  live: LiveRun,
  watch: RunWatch,
  place: Workplace,
  { task, row }: Turn,
): Promise<TaskOutcome | null> {
  const { ctx, request, profile, started } = live;
  if (!(await startTask(ctx, row, null))) return null;
  request.onNews?.({ kind: 'task_begun', task });
  const ran = await live.deps.runner.run(
    {
      argv: task.argv,
      cwd: place.cwd,
      env: makeEnvironment(live, task, { artifactsDir: null, token: place.token }),
      timeoutMs: task.timeoutMs,
      retries: task.retries,
      retryDelayMs: task.retryDelayMs,
      logs: null,
      redact: place.redact,
      onLine: (stream, line) => request.onNews?.({ kind: 'line', task, stream, line }),
      onCommand: () => {},
    },
    watch.signal,
  );
  const outcome = explainCut(ran, watch);
  // A task that somebody stopped is neither well nor unwell.
  if (outcome.status !== 'cancelled')
    await ctx.intake.submit([reportTask(profile, task, outcome, started.run.run_id)], ctx.requestId);
  await finishTask(ctx, row, {
    status: outcome.status,
    duration_ms: outcome.durationMs,
    exit_code: outcome.exitCode,
    signal: outcome.signal,
    attempts: outcome.attempts,
    error: outcome.error,
    tail: outcome.tail || null,
  });
  request.onNews?.({ kind: 'task_ended', task, outcome });
  return outcome;
}

/** What was stopped because its profile had no time left timed out, with its profile. */
function explainCut(outcome: TaskOutcome, watch: RunWatch): TaskOutcome {
  if (outcome.status !== 'cancelled' || watch.cut()?.reason !== 'timed_out') return outcome;
  return { ...outcome, status: 'timed_out', error: 'the time of its profile was over' };
}
