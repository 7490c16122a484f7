import { endTaskToken } from '../access/index.ts';
import { decideLoss, failLostRuns } from '../runs/index.ts';
import { inTransaction, type RunRow } from '../store/index.ts';
import { tellDigest } from './run-digest.ts';
import { closeFolder } from './run-folder.ts';
import type { RunDeps } from './run-types.ts';

/** Ends runs whose process is gone, with their tokens, and tells of those that nobody looked at; answers how many. */
export async function endLostRuns(deps: RunDeps): Promise<number> {
  const lost = await inTransaction(deps.ctx, async (ctx) => {
    const lost = await failLostRuns(ctx);
    for (const run of lost) {
      await endTaskToken(ctx, run.run_id);
      const profile = ctx.config.jobs.profiles.find(({ name }) => name === run.profile);
      if (!profile || !decideLoss(run).tell) continue;
      const digested = { profile, run, tasks: profile.tasks.length, ended: [], trouble: run.error };
      await tellDigest(ctx, digested);
    }
    return lost;
  });
  for (const run of lost) await bury(deps, run);
  return lost.length;
}

async function bury(deps: RunDeps, run: RunRow): Promise<void> {
  const { run_id, profile, holder, host } = run;
  deps.ctx.log.warn({ tag: 'job', run_id, profile, holder }, `[job] ${profile}: worker lost`);
  // Its folder is on its machine.
  if (host === deps.place.host) await closeFolder(deps, run);
}
