import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { text } from '../core/text.ts';
import type { Ctx } from '../store/index.ts';
import { selectTaskRuns } from './queries.ts';
import { requireRun } from './require.ts';
import { runView, toRunView } from './view.ts';

/** One run, with those of its tasks. */
export const getRun = defineAction({
  name: 'runs.get',
  summary: 'Show a run and its tasks',
  input: z.strictObject({ run_id: text(100, 1) }),
  output: runView.extend({ tasks: z.array(runView) }),
  entitlement: 'tools.jobs.read',
  http: { method: 'GET', path: '/v1/runs/:run_id' },
  cli: { command: 'runs show', args: ['run_id'] },
  async run(ctx: Ctx, { run_id }) {
    const run = await requireRun(ctx, run_id);
    return { ...toRunView(run), tasks: (await selectTaskRuns(ctx, run_id)).map(toRunView) };
  },
});
