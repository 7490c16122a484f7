import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { text } from '../core/text.ts';
import type { Ctx } from '../store/index.ts';
import { metricView, readGivenMetrics } from './list-metrics.ts';
import { selectTaskRuns } from './queries.ts';
import { requireRun } from './require.ts';
import { runView, toRunView } from './view.ts';

/** One run, with those of its tasks and what was measured. */
export const getRun = defineAction({
  name: 'runs.get',
  summary: 'Show a run, its tasks, and what they measured',
  input: z.strictObject({ run_id: text(100, 1) }),
  output: runView.extend({
    tasks: z.array(runView),
    metrics: z
      .array(metricView)
      .describe('The last 200 that the run or a task of it recorded, newest first.'),
  }),
  entitlement: 'tools.jobs.read',
  http: { method: 'GET', path: '/v1/runs/:run_id' },
  cli: { command: 'runs show', args: ['run_id'] },
  async run(ctx: Ctx, { run_id }) {
    const run = await requireRun(ctx, run_id);
    const tasks = await selectTaskRuns(ctx, run_id);
    const metrics = await readGivenMetrics(ctx, [run, ...tasks]);
    return { ...toRunView(run), tasks: tasks.map(toRunView), metrics };
  },
});
