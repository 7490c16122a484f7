import type { TaskConfig } from '../config/types.ts';
import { describeError } from '../core/errors.ts';
import type { TaskOutcome } from '../jobs/index.ts';
import { finishTask, startTask, stoppedError, type TaskFolder } from '../runs/index.ts';
import type { RunRow } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { reportTask } from './run-alert.ts';
import { createTaskCommands } from './run-commands.ts';
import { makeEnvironment } from './run-environment.ts';
import { openTaskFolder } from './run-folder.ts';
import { persist } from './run-ledger.ts';
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
  await Promise.all(Array.from({ length: Math.min(live.profile.concurrency, turns.length) }, work));
  return live.tasks.flatMap((task) => {
    const outcome = ended.get(task);
    return outcome ? [{ task, outcome }] : [];
  });
}

/** Runs one task, reports how it went, and writes that down; null: its run was ended elsewhere. Never rejects: what goes wrong is the task's, or is left to the ledger. */
async function runTask(live: PreparedRun, watch: RunWatch, turn: Turn): Promise<TaskOutcome | null> {
  const { ctx, request, profile, ledger, started } = live;
  const { task, row } = turn;
  const outcome = await perform(live, watch, turn).catch((err: unknown) => {
    ctx.log.error(
      { tag: 'job', run_id: started.run.run_id, err },
      `[job] task ${task.name} could not be run`,
    );
    return fail(describeError(err));
  });
  if (!outcome) return null;
  // A task that somebody stopped is neither well nor unwell.
  if (outcome.status !== 'cancelled')
    await ledger.note(`the alert of task ${task.name}`, () =>
      ctx.intake.submit([reportTask(profile, task, outcome, started.run.run_id)], ctx.requestId),
    );
  await ledger.note(`the result of task ${task.name}`, () => writeResult(ctx, row, outcome));
  request.onNews?.({ kind: 'task_ended', task, outcome });
  return outcome;
}

/** Answers how the task went; null: its run was ended elsewhere. */
async function perform(live: PreparedRun, watch: RunWatch, { task, row }: Turn): Promise<TaskOutcome | null> {
  const { ctx, request } = live;
  const folder = await openTaskFolder(live, task.name);
  const begun = () => startTask(ctx, row, folder?.path ?? null);
  if (!(await persist(ctx, begun, request.signal))) return null;
  request.onNews?.({ kind: 'task_begun', task });
  return explainCut(await execute(live, watch, { task, row }, folder), watch);
}

/** Answers the outcome of a task that a fault of ours kept from running. */
function fail(problem: string): TaskOutcome {
  return {
    status: 'failed',
    exitCode: null,
    signal: null,
    durationMs: 0,
    attempts: 0,
    error: `could not be run: ${problem}`,
    tail: '',
    stragglers: [],
    droppedBytes: 0,
    logProblem: null,
  };
}

async function writeResult(ctx: FlowCtx, row: RunRow, outcome: TaskOutcome): Promise<void> {
  const { status, durationMs, exitCode, signal, attempts, error, tail } = outcome;
  const result = {
    status,
    duration_ms: durationMs,
    exit_code: exitCode,
    signal,
    attempts,
    error,
    tail: tail || null,
  };
  if (await finishTask(ctx, row, result)) return;
  // One whose beginning could not be written down has not begun, as far as its row says.
  if (await startTask(ctx, row, null)) await finishTask(ctx, row, result);
}

/** Runs the program of a task, and does what its output asks for. */
async function execute(
  live: PreparedRun,
  watch: RunWatch,
  { task, row }: Turn,
  folder: TaskFolder | null,
): Promise<TaskOutcome> {
  const { ctx, deps, request, redact } = live;
  const { timeoutMs, retries, retryDelayMs } = task;
  const commands = hearCommands(live, { task, row });
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

/** Answers what takes the commands in a task's output. */
function hearCommands({ ctx, profile, started, redact }: PreparedRun, { task, row }: Turn) {
  return createTaskCommands(ctx, {
    runId: started.run.run_id,
    taskRunId: row.run_id,
    profile: profile.name,
    task: task.name,
    service: task.service ?? profile.name,
    redact,
  });
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
