import type { z } from 'zod';
import { runView, selectFailedRunsFor, selectRun, toRunView } from '../runs/index.ts';
import type { AlertRow, RunRow } from '../store/index.ts';
import { readLabels } from './announce-alert.ts';
import type { FlowCtx } from './context.ts';
import { isTaskFailure } from './run-alert.ts';

const mostRead = 200;
const mostShown = 20;
/** A run begins before it fails, and its report comes a moment after its end. */
const longestRunMs = 86_400_000;
const slackMs = 60_000;

/** A run that raised an alert. */
export const raisingRunView = runView.pick({
  run_id: true,
  parent_run_id: true,
  profile: true,
  task: true,
  status: true,
  finished_at: true,
  exit_code: true,
  error: true,
});

/** Answers the runs that raised an alert, the latest first and at most 20: those of the task that failed, or the one that its report names. */
export async function listRaisingRuns(
  ctx: FlowCtx,
  alert: AlertRow,
): Promise<z.output<typeof raisingRunView>[]> {
  const runs = isTaskFailure(alert) ? await selectFailures(ctx, alert) : [];
  if (runs.length > 0) return runs.slice(0, mostShown).map(show);
  const named = await findNamed(ctx, alert);
  return named ? [show(named)] : [];
}

async function selectFailures(ctx: FlowCtx, alert: AlertRow): Promise<RunRow[]> {
  const { profile, task } = readLabels(alert);
  const { service, first_seen_at: firstSeenAt, last_seen_at: lastSeenAt } = alert;
  const span = { fromMs: firstSeenAt - longestRunMs, toMs: lastSeenAt };
  const failed = await selectFailedRunsFor(ctx, { service, ...span, limit: mostRead });
  return failed.filter(
    ({ profile: ofProfile, task: ofTask, finished_at: at }) =>
      ofProfile === profile &&
      ofTask === task &&
      at !== null &&
      at >= firstSeenAt - slackMs &&
      at <= lastSeenAt + slackMs,
  );
}

async function findNamed(ctx: FlowCtx, { annotations }: AlertRow): Promise<RunRow | null> {
  const { run_id: id } = annotations === null ? {} : (JSON.parse(annotations) as Record<string, string>);
  return id === undefined ? null : selectRun(ctx, id);
}

function show(run: RunRow): z.output<typeof raisingRunView> {
  return raisingRunView.parse(toRunView(run));
}
