import { endTaskToken } from '../access/index.ts';
import { decideRunEnd, finishRun, handOnTick } from '../runs/index.ts';
import { inTransaction, type RunRow } from '../store/index.ts';
import { tellDigest } from './run-digest.ts';
import { closeFolder } from './run-folder.ts';
import { retireTasks } from './run-retire.ts';
import type { EndedTask, LiveRun, RunResult } from './run-types.ts';
import type { Cut } from './run-watch.ts';

/** Ends a run: its result, its token and the message about it in one transaction, then its file. */
export async function endRun(
  live: LiveRun,
  ended: readonly EndedTask[],
  cut: Cut | null,
): Promise<RunResult> {
  const { run } = live.started;
  if (cut?.reason === 'lost') return { outcome: 'lost', run };
  const tasks = ended.map(({ task, outcome }) => ({ task: task.name, status: outcome.status }));
  const end = decideRunEnd(tasks, cut);
  const isStopped = cut?.reason === 'stopped';
  const over = await inTransaction(live.ctx, async (ctx) => {
    const over = await finishRun(ctx, live.started, end);
    if (!over) return null;
    await endTaskToken(ctx, run.run_id);
    const trouble = end.status === 'timed_out' ? end.error : null;
    // What was cut short is neither well nor unwell.
    const known = isStopped ? ended.filter(({ outcome }) => outcome.status !== 'cancelled') : ended;
    const digested = { profile: live.profile, run: over, tasks: live.tasks.length, ended: known, trouble };
    // What a person stopped is no news to people.
    if (cut?.reason !== 'cancelled') await tellDigest(ctx, digested);
    if (isStopped && live.profile.catchUp === 'last') await handOnTick(ctx, over);
    return over;
  });
  if (!over) return { outcome: 'lost', run };
  await concludeRun(live, over);
  if (live.request.onlyTask === null && !cut) await retireTasks(live);
  return { outcome: 'ended', run: over, tasks: ended };
}

/** Ends a run that a fault of our own keeps from going on. */
export async function breakRun(live: LiveRun, error: string): Promise<void> {
  const over = await inTransaction(live.ctx, async (ctx) => {
    const over = await finishRun(ctx, live.started, { status: 'failed', exit_code: 1, error });
    if (!over) return null;
    await endTaskToken(ctx, over.run_id);
    const { profile } = live;
    await tellDigest(ctx, { profile, run: over, tasks: live.tasks.length, ended: [], trouble: error });
    return over;
  });
  if (over) await concludeRun(live, over);
}

async function concludeRun(live: LiveRun, over: RunRow): Promise<void> {
  const { ctx, profile } = live;
  const { run_id, status, error } = over;
  await closeFolder(live.deps, over);
  ctx.metrics.runs.inc({ profile: profile.name, status });
  ctx.log.info(
    { tag: 'job', run_id, profile: profile.name, status, error },
    `[job] ${profile.name}: ${status}`,
  );
}
