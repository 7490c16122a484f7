import type { TaskConfig } from '../config/types.ts';
import type { TaskOutcome } from '../jobs/index.ts';
import { finishTask, startTask, stoppedError, type TaskFolder } from '../runs/index.ts';
import type { RunRow } from '../store/index.ts';
import { reportTask } from './run-alert.ts';
import { createTaskCommands } from './run-commands.ts';
import { makeEnvironment } from './run-environment.ts';
import { openTaskFolder } from './run-folder.ts';
import { reportArtifacts } from './run-trouble.ts';
import type { EndedTask, PreparedRun } from './run-types.ts';
import type { RunWatch } from './run-watch.ts';

type Turn = { task: TaskConfig; row: RunRow };

/** Runs the tasks, as many at once as the profile says, each in its turn; one that fails stops none. Answers those that began, in their order. */
export async function runTasks(live: PreparedRun, watch: RunWatch): Promise<EndedTask[]> {
  const turns = live.tasks.flatMap((task, i): Turn[] => {
    const row = live.started.tasks[i];
    return row ? [{ task, row }] : [];
  });
  const ended = new Map<TaskConfig, TaskOutcome>();
  const waiting = [...turns];
  const work = async () => {
    for (let turn = waiting.shift(); turn && !watch.signal.aborted; turn = waiting.shift()) {
      const outcome = await runTask(live, watch, turn);
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
async function runTask(live: PreparedRun, watch: RunWatch, { task, row }: Turn): Promise<TaskOutcome | null> {
  const { ctx, request, profile, started } = live;
  const folder = await openTaskFolder(live, task.name);
  if (!(await startTask(ctx, row, folder?.path ?? null))) return null;
  request.onNews?.({ kind: 'task_begun', task });
  const outcome = explainCut(await execute(live, watch, task, folder), watch);
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

/** Runs the program of a task, and does what its output asks for. */
async function execute(
  live: PreparedRun,
  watch: RunWatch,
  task: TaskConfig,
  folder: TaskFolder | null,
): Promise<TaskOutcome> {
  const { ctx, deps, request, profile, started, redact } = live;
  const { timeoutMs, retries, retryDelayMs } = task;
  const service = task.service ?? profile.name;
  const commands = createTaskCommands(ctx, {
    runId: started.run.run_id,
    profile: profile.name,
    task: task.name,
    service,
    redact,
  });
  const outcome = await deps.runner.run(
    {
      argv: task.argv,
      cwd: live.cwd,
      env: makeEnvironment(live, task, folder?.path ?? null),
      timeoutMs,
      retries,
      retryDelayMs,
      logs: folder,
      redact,
      onLine: (stream, line) => request.onNews?.({ kind: 'line', task, stream, line }),
      onCommand: commands.take,
    },
    watch.signal,
  );
  await commands.settled();
  if (outcome.logProblem !== null) await reportArtifacts(ctx, deps.place.host, outcome.logProblem);
  tellLeftovers(live, task, outcome);
  return outcome;
}

function tellLeftovers(
  { ctx, profile, started }: PreparedRun,
  task: TaskConfig,
  { stragglers }: TaskOutcome,
): void {
  if (stragglers.length === 0) return;
  const fields = {
    tag: 'job',
    run_id: started.run.run_id,
    profile: profile.name,
    task: task.name,
    stragglers,
  };
  ctx.log.warn(fields, `[job] ${profile.name}: task ${task.name} left processes behind; they were ended`);
}

/** What was stopped because its profile had no time left timed out, with its profile. */
function explainCut(outcome: TaskOutcome, watch: RunWatch): TaskOutcome {
  if (outcome.status !== 'cancelled') return outcome;
  switch (watch.cut()?.reason) {
    case 'timed_out':
      return { ...outcome, status: 'timed_out', error: 'the time of its profile was over' };
    case 'stopped':
      return { ...outcome, error: outcome.error ?? stoppedError };
    default:
      return outcome;
  }
}
