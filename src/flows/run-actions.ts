import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import { text } from '../core/text.ts';
import { openRun, runView, toRunView } from '../runs/index.ts';
import type { FlowCtx } from './context.ts';
import { planRun } from './run-plan.ts';

/** Asks for a run of a profile; a process that plays the scheduler begins it within a second. */
export const startRunAction = defineAction({
  name: 'runs.start',
  summary: 'Run a profile now, or one task of it; one that is already running makes this run skipped_locked',
  input: z.strictObject({
    profile: text(200, 1),
    task: text(200, 1).optional().describe('The only task to run; default: all that are enabled.'),
  }),
  output: runView,
  entitlement: 'tools.jobs.run',
  http: { method: 'POST', path: '/v1/runs', status: 201 },
  async run(ctx: FlowCtx, { profile, task }) {
    const onlyTask = task ?? null;
    const plan = planRun(ctx.config.jobs, { profile, onlyTask });
    if (!plan.profile.enabled)
      throw new AppError(
        'CONFLICT',
        `the profile ${profile} is disabled: jobs.yaml says \`enabled: false\``,
        {
          details: { reason: 'disabled' },
        },
      );
    const run = await openRun(ctx, { profile, source: 'api', scheduledFor: null, onlyTask });
    // Only a tick can be taken, and this is none.
    if (!run) throw new AppError('CONFLICT', `the profile ${profile} cannot be run now: try again`);
    return toRunView(run);
  },
});
