import { endTaskToken } from '../access/index.ts';
import { decideRunEnd, finishRun } from '../runs/index.ts';
import { inTransaction } from '../store/index.ts';
import { tellDigest } from './run-digest.ts';
import type { EndedTask, LiveRun, RunResult } from './run-types.ts';
import type { Cut } from './run-watch.ts';

/** Ends a run in one transaction: its result, its token, and the message about it. */
export function endRun(live: LiveRun, ended: readonly EndedTask[], cut: Cut | null): Promise<RunResult> {
  const { run } = live.started;
  return inTransaction(live.ctx, async (ctx): Promise<RunResult> => {
    if (cut?.reason === 'lost') return { outcome: 'lost', run };
    const tasks = ended.map(({ task, outcome }) => ({ task: task.name, status: outcome.status }));
    const end = decideRunEnd(tasks, cut);
    const over = await finishRun(ctx, live.started, end);
    if (!over) return { outcome: 'lost', run };
    await endTaskToken(ctx, run.run_id);
    const digested = { profile: live.profile, run: over, tasks: live.tasks.length, ended };
    const trouble = end.status === 'timed_out' ? end.error : null;
    // What a person stopped is no news to people.
    if (end.status !== 'cancelled') await tellDigest(ctx, { ...digested, trouble });
    return { outcome: 'ended', run: over, tasks: ended };
  });
}

/** Ends a run that a fault of our own keeps from going on. */
export async function breakRun(live: LiveRun, error: string): Promise<void> {
  await inTransaction(live.ctx, async (ctx) => {
    const over = await finishRun(ctx, live.started, { status: 'failed', exit_code: 1, error });
    if (!over) return;
    await endTaskToken(ctx, over.run_id);
    const { profile, tasks } = live;
    await tellDigest(ctx, { profile, run: over, tasks: tasks.length, ended: [], trouble: error });
  });
}
