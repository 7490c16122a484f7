import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import { text } from '../core/text.ts';
import { type Ctx, inTransaction, type RunRow } from '../store/index.ts';
import { decideCancel } from './decide.ts';
import { changeRun } from './queries.ts';
import { requireLockedRun } from './require.ts';
import { runView, toRunView } from './view.ts';

/** Ends a run: at once where it has not begun, else as soon as its process hears of it, within seconds. */
export const cancelRun = defineAction({
  name: 'runs.cancel',
  summary: 'End a run with all its tasks; what runs elsewhere ends within seconds',
  input: z.strictObject({ run_id: text(100, 1) }),
  output: runView,
  entitlement: 'tools.jobs.run',
  http: { method: 'POST', path: '/v1/runs/:run_id/cancel' },
  cli: { command: 'runs cancel', args: ['run_id'] },
  run: (ctx: Ctx, { run_id }) =>
    inTransaction(ctx, async (ctx) => {
      const run = await requireLockedRun(ctx, run_id);
      const change = planCancel(ctx, run);
      if (!change) return toRunView(run);
      await changeRun(ctx, { runId: run_id, status: run.status }, change);
      return toRunView({ ...run, ...change });
    }),
});

/** Null: nothing is to be changed. */
function planCancel(ctx: Ctx, run: RunRow): Partial<RunRow> | null {
  const nowMs = ctx.clock.now();
  const asked = { cancel_requested_at: nowMs, cancel_requested_by: ctx.actor.name };
  const decision = decideCancel(run);
  switch (decision.kind) {
    case 'end':
      return { ...asked, status: 'cancelled', finished_at: nowMs, error: `cancelled by ${ctx.actor.name}` };
    case 'ask':
      return asked;
    case 'nothing':
      return null;
    case 'refuse':
      throw new AppError('CONFLICT', refusals[decision.reason](run), {
        details: { reason: decision.reason, status: run.status },
      });
  }
}

const refusals = {
  over: ({ run_id, status }: RunRow) => `the run ${run_id} is over: ${status}`,
  task: ({ run_id, parent_run_id }: RunRow) =>
    `${run_id} is a task: cancel the run of its profile, ${parent_run_id}`,
};
