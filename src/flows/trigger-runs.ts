import { recordDecisions, toAlertView } from '../alerts/index.ts';
import { decideAlertTrigger, decideWebhookTrigger } from '../jobs/index.ts';
import { openRun, type RunTrigger } from '../runs/index.ts';
import type { AlertRow, RunRow, RunSource } from '../store/index.ts';
import { alertFacts } from './announce-alert.ts';
import type { FlowCtx } from './context.ts';

/**
 * Asks for runs of the profiles that react to alerts, in the transaction that tells of them: a kill leaves the runs waiting,
 * or the alerts to come round again. An alert starts a profile once, however often it comes round.
 */
export async function triggerByAlerts(ctx: FlowCtx, alerts: readonly AlertRow[]): Promise<void> {
  if (!ctx.config.jobs.profiles.some(({ on }) => on.alert !== null)) return;
  const decisions = [];
  for (const alert of alerts) {
    const facts = alertFacts(alert);
    const profiles = ctx.config.jobs.profiles.filter((profile) => decideAlertTrigger(profile, facts).start);
    const payload = JSON.stringify(toAlertView(alert));
    const runs = await openRuns(ctx, profiles, { source: 'alert', key: alert.alert_ref, payload });
    const rule = runs.map(({ profile, run_id }) => `${profile} (${run_id})`).join(', ');
    if (runs.length > 0) decisions.push({ alertRef: alert.alert_ref, reason: 'started_run', rule });
  }
  await recordDecisions(ctx, decisions);
}

/** Asks for runs of the profiles that a webhook starts, in the open transaction. */
export function triggerByWebhook(
  ctx: FlowCtx,
  webhook: string,
  by: Pick<SetOff, 'key' | 'payload'>,
): Promise<RunRow[]> {
  return openRuns(ctx, startedBy(ctx, webhook), { source: 'webhook', ...by });
}

/** Answers the profiles that a webhook starts. */
export function startedBy({ config }: FlowCtx, webhook: string) {
  return config.jobs.profiles.filter((profile) => decideWebhookTrigger(profile, webhook).start);
}

/** What sets runs off; the payload is JSON. */
type SetOff = RunTrigger & { source: RunSource; payload: string };

/** Asks for runs of the profiles that the same has not started before; answers those. */
export async function openRuns(
  ctx: FlowCtx,
  profiles: readonly { name: string }[],
  { source, payload, ...trigger }: SetOff,
): Promise<RunRow[]> {
  const opened: RunRow[] = [];
  for (const { name: profile } of profiles) {
    const run = await openRun(ctx, { profile, source, scheduledFor: null, onlyTask: null, payload, trigger });
    if (run) opened.push(run);
  }
  return opened;
}
