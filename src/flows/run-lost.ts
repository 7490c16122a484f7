import { endTaskToken } from '../access/index.ts';
import { failLostRuns } from '../runs/index.ts';
import { inTransaction } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { tellDigest } from './run-digest.ts';

/** Ends runs whose process is gone, with their tokens; answers how many. */
export function endLostRuns(ctx: FlowCtx): Promise<number> {
  return inTransaction(ctx, async (ctx) => {
    const lost = await failLostRuns(ctx);
    for (const run of lost) {
      const { run_id, profile, holder } = run;
      await endTaskToken(ctx, run_id);
      const config = ctx.config.jobs.profiles.find(({ name }) => name === profile);
      if (config)
        await tellDigest(ctx, {
          profile: config,
          run,
          tasks: config.tasks.length,
          ended: [],
          trouble: run.error,
        });
      ctx.log.warn({ tag: 'job', run_id, profile, holder }, `[job] ${profile}: worker lost`);
    }
    return lost.length;
  });
}
