import { endTaskToken } from '../access/index.ts';
import { decideRunEnd, finishRun, handOnTick, handOnTrigger, type RunEnd } from '../runs/index.ts';
import { inTransaction, type RunRow } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { type DigestedRun, tellDigest } from './run-digest.ts';
import { closeFolder } from './run-folder.ts';
import { persist } from './run-ledger.ts';
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
  const unwritten = await live.ledger.settle();
  const decided = decideRunEnd(tasks, cut);
  const end = { ...decided, error: [decided.error, unwritten].filter(Boolean).join('; ') || null };
  const isStopped = cut?.reason === 'stopped';
  // What was cut short is neither well nor unwell.
  const known = isStopped ? ended.filter(({ outcome }) => outcome.status !== 'cancelled') : ended;
  const trouble = end.status === 'timed_out' ? end.error : unwritten;
  const over = await finish(live, end, async (ctx, over) => {
    // What a person stopped is no news to people.
    if (cut?.reason !== 'cancelled') await tellDigest(ctx, digest(live, over, known, trouble));
    if (isStopped && live.profile.catchUp === 'last') await handOnTick(ctx, over);
    // What a task has begun may not be repeated; what none has begun has not happened.
    if (isStopped && ended.length === 0) await handOnTrigger(ctx, over);
  });
  if (!over) return { outcome: 'lost', run };
  if (live.request.onlyTask === null && !cut) await retireTasks(live);
  return { outcome: 'ended', run: over, tasks: ended };
}

/** Ends a run that a fault of our own keeps from going on, with what is known of its tasks. */
export async function breakRun(live: LiveRun, ended: readonly EndedTask[], error: string): Promise<void> {
  const end = { status: 'failed', exit_code: 1, error } as const;
  await finish(live, end, (ctx, over) => tellDigest(ctx, digest(live, over, ended, error)));
}

function digest(
  { profile, tasks }: LiveRun,
  run: RunRow,
  ended: readonly EndedTask[],
  trouble: string | null,
): DigestedRun {
  return { profile, run, tasks: tasks.length, ended, trouble };
}

/** Ends the run and does what goes with that in one transaction; answers it as it is now, or null: another process has ended it. */
async function finish(
  live: LiveRun,
  end: RunEnd,
  complete: (ctx: FlowCtx, over: RunRow) => Promise<void>,
): Promise<RunRow | null> {
  const finishNow = () =>
    inTransaction(live.ctx, async (ctx) => {
      const over = await finishRun(ctx, live.started, end);
      if (!over) return null;
      await endTaskToken(ctx, over.run_id);
      await complete(ctx, over);
      return over;
    });
  const over = await persist(live.ctx, finishNow, live.request.signal);
  if (over) await concludeRun(live, over);
  return over;
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
