import { type Ctx, inTransaction } from '../store/index.ts';
import { deleteQueuedTaskRuns, insertTaskRuns } from './queries.ts';
import { createTaskRun, type PlannedTask, type StartedRun } from './start-run.ts';

/** Puts other tasks in the place of those that a running run has not begun. */
export function replanRun(ctx: Ctx, started: StartedRun, tasks: readonly PlannedTask[]): Promise<StartedRun> {
  return inTransaction(ctx, async (ctx): Promise<StartedRun> => {
    await deleteQueuedTaskRuns(ctx, started.run.run_id);
    const rows = tasks.map((task) => createTaskRun(ctx, started.run, task));
    await insertTaskRuns(ctx, rows);
    return { ...started, tasks: rows };
  });
}
