import { noteRun, replanRun, selectSyncFailures } from '../runs/index.ts';
import { planRun } from './run-plan.ts';
import type { LiveRun, RunPlan } from './run-types.ts';
import { reportSync, type Workspace } from './sync-checkout.ts';

/**
 * Finds what the tasks of a run are to run in, brought up to its branch where the profile asks for that, and notes it. Where a
 * new revision changes the profile, the run goes on with what that says. What stands in the way of a sync keeps no task from running.
 */
export async function openWorkspace(
  live: LiveRun,
  signal: AbortSignal,
): Promise<{ live: LiveRun; workspace: Workspace }> {
  const { deps, ctx, started } = live;
  if (live.profile.syncBeforeRun) return syncFirst(live, signal);
  const workspace = await deps.checkout.find();
  if (workspace.revision !== null) await noteRun(ctx, started, { revision: workspace.revision });
  return { live, workspace };
}

async function syncFirst(live: LiveRun, signal: AbortSignal) {
  const { ctx, deps, profile, request, started } = live;
  const before = await selectSyncFailures(ctx, profile.name);
  const result = await deps.checkout.sync(signal);
  const { problem, revision } = result;
  // One that was cut short says nothing about the checkout.
  const now = problem === null ? 0 : before + (signal.aborted ? 0 : 1);
  await noteRun(ctx, started, { revision, sync_failures: now });
  tell(live, result);
  if (problem !== null) request.onNews?.({ kind: 'sync_failed', problem });
  const report = reportSync(ctx, problem, { before, now });
  if (report) await ctx.intake.submit([report], ctx.requestId);
  const renewed = problem === null ? await renew(live) : live;
  return { live: renewed, workspace: { revision, cwd: result.cwd } };
}

function tell(
  { ctx, profile, started }: LiveRun,
  result: Awaited<ReturnType<LiveRun['deps']['checkout']['sync']>>,
) {
  const { problem, revision, changed, lockFileChanged, notes } = result;
  const fields = { tag: 'job', run_id: started.run.run_id, profile: profile.name, revision };
  const say = `[job] pre-run git sync of ${profile.name}:`;
  if (problem !== null) ctx.log.warn(fields, `${say} ${problem}; its tasks run on what is there`);
  if (changed) ctx.log.info(fields, `${say} now at ${revision}`);
  if (lockFileChanged) ctx.log.warn(fields, `${say} dependencies changed, install needed`);
  for (const note of notes) ctx.log.warn(fields, `${say} ${note}`);
}

/** Answers the run with the profile as it is in force now. */
async function renew(live: LiveRun): Promise<LiveRun> {
  const ctx = { ...live.deps.ctx, config: live.deps.ctx.config };
  const plan = planAgain(live, ctx.config.jobs);
  if (JSON.stringify(plan) === JSON.stringify({ profile: live.profile, tasks: live.tasks }))
    return { ...live, ctx };
  const planned = plan.tasks.map(({ name, service }) => ({ name, service: service ?? plan.profile.name }));
  return { ...live, ...plan, ctx, started: await replanRun(ctx, live.started, planned) };
}

/** A profile or task that the new revision does not have, or has turned off, has nothing to run. */
function planAgain({ profile, request }: LiveRun, jobs: Parameters<typeof planRun>[0]): RunPlan {
  const known = jobs.profiles.find(({ name }) => name === profile.name);
  const hasTask = request.onlyTask === null || known?.tasks.some(({ name }) => name === request.onlyTask);
  return known?.enabled && hasTask ? planRun(jobs, request) : { profile, tasks: [] };
}
