import { createTaskToken } from '../access/index.ts';
import { describeError } from '../core/errors.ts';
import { openRun, type StartResult, startRun } from '../runs/index.ts';
import { inTransaction } from '../store/index.ts';
import { breakRun, endRun } from './run-end.ts';
import { openFolder } from './run-folder.ts';
import { createRunLedger } from './run-ledger.ts';
import { endLostRuns } from './run-lost.ts';
import { planRun } from './run-plan.ts';
import { createRedaction } from './run-redact.ts';
import { runTasks } from './run-tasks.ts';
import type {
  EndedTask,
  LiveRun,
  PreparedRun,
  ProfileRequest,
  RunDeps,
  RunPlan,
  RunResult,
} from './run-types.ts';
import { watchRun } from './run-watch.ts';
import { openWorkspace } from './run-workspace.ts';

/** So long a token outlives the time of its profile: tasks get a while to end. */
const tokenGraceMs = 60_000;

/**
 * Runs a profile: the tick, which is one process's; the lock, which is one run's; the checkout; the tasks; then the result
 * with its message. Throws NOT_FOUND for a name that is none, and UNAVAILABLE where nothing can be written down.
 */
export async function runProfile(deps: RunDeps, request: ProfileRequest): Promise<RunResult> {
  // Read once: a reload in between is for the next run.
  const ctx = { ...deps.ctx, config: deps.ctx.config };
  const plan = planRun(ctx.config.jobs, request);
  if (!plan.profile.enabled) return { outcome: 'disabled' };
  await endLostRuns(deps).catch((err: unknown) =>
    // They are somebody else's, and are looked for again every second.
    ctx.log.error({ tag: 'job', err }, '[job] could not end lost runs'),
  );
  const begun = await begin({ ...deps, ctx }, plan, request);
  if (begun.outcome !== 'started') return begun;
  const ledger = createRunLedger(ctx, begun.run.run_id, request.signal);
  let live: LiveRun = { ...plan, ctx, deps, request, started: begun, ledger };
  let ended: readonly EndedTask[] = [];
  request.onNews?.({ kind: 'begun', run: begun.run, tasks: plan.tasks });
  const watch = watchRun(live);
  try {
    const opened = await openWorkspace(live, watch.signal);
    live = opened.live;
    const prepared = await prepare(live, opened.workspace.cwd);
    ended = await runTasks(prepared, watch);
    return await endRun(live, ended, watch.cut());
  } catch (error) {
    ctx.log.error({ tag: 'job', run_id: begun.run.run_id, err: error }, '[job] the run broke off');
    await breakRun(live, ended, describeError(error)).catch(() => {
      // What cannot be written down now shows as a lost worker once the lease is over.
    });
    throw error;
  } finally {
    await watch.stop();
  }
}

/** Takes the tick and the lock, in one transaction. */
async function begin(
  { ctx, place }: RunDeps,
  { profile, tasks }: RunPlan,
  request: ProfileRequest,
): Promise<StartResult> {
  const planned = tasks.map(({ name, service }) => ({ name, service: service ?? profile.name }));
  const result = await inTransaction(ctx, async (ctx): Promise<StartResult> => {
    const run = request.queued ?? (await openRun(ctx, request));
    // What was asked for waits for a process that goes on.
    const isLeft = request.queued !== undefined && request.signal?.aborted;
    return run && !isLeft ? startRun(ctx, run, place, planned) : { outcome: 'taken' };
  });
  if (result.outcome === 'locked') {
    const { run_id, status, error } = result.run;
    ctx.metrics.runs.inc({ profile: profile.name, status });
    const fields = { tag: 'job', run_id, profile: profile.name, error };
    // Of one row that counts ticks, the first.
    if (result.run.attempts <= 1) ctx.log.info(fields, `[job] ${profile.name}: skipped, ${error}`);
  }
  return result;
}

/** Gets the tasks what they need: a folder for what they leave, a token, and what hides secrets in their output. */
async function prepare(live: LiveRun, cwd: string): Promise<PreparedRun> {
  const { ctx, deps, profile, tasks, started } = live;
  const folder = await openFolder(live);
  const expiresAt = ctx.clock.now() + profile.timeoutMs + tokenGraceMs;
  const runId = started.run.run_id;
  const token = await createTaskToken(ctx, { runId, profile: profile.name, expiresAt });
  const ofTasks = tasks.map(({ env }) => env);
  const environments = [deps.environment, profile.env, ...ofTasks, { TOCSIN_TOKEN: token }];
  return { ...live, cwd, folder, token, redact: createRedaction(ctx.config, environments) };
}
