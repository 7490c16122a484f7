import {
  listAlertEvents,
  listAlertsAround,
  listAlertsOfIncident,
  requireAlert,
  summarizeIncidentAlerts,
} from '../alerts/index.ts';
import { describeError } from '../core/errors.ts';
import {
  aroundMs,
  claimTriages,
  countSignatureSince,
  failTriage,
  finishTriage,
  isWornOut,
  makeTriageReport,
  requireIncident,
  selectPastIncidents,
  type TriageFacts,
} from '../incidents/index.ts';
import { isDatabaseUnavailable, type TriageRow } from '../store/index.ts';
import type { FlowCtx } from './context.ts';

const minuteMs = 60_000;
const shownAlerts = 20;
const shownIncidents = 10;

/** Works on triages that wait, a few at a time; answers how many. */
export async function runTriages(ctx: FlowCtx): Promise<number> {
  const triages = await claimTriages(ctx, ctx.config.policy.defaults.maxTriagesPerRun);
  for (const triage of triages) await runTriage(ctx, triage);
  return triages.length;
}

/** A failure is noted in the timeline; a database that is away leaves the lease to run out. */
async function runTriage(ctx: FlowCtx, triage: TriageRow): Promise<void> {
  try {
    if (isWornOut(triage)) throw new Error('its worker ended in every attempt');
    const report = makeTriageReport(await collectFacts(ctx, triage), ctx.clock.now());
    await finishTriage(ctx, triage, report);
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    ctx.log.error({ tag: 'alert', incident_id: triage.incident_id, err: error }, '[alert] a triage failed');
    await failTriage(ctx, triage, describeError(error));
  }
}

/** Reads what is known around an alert; reads only. */
async function collectFacts(ctx: FlowCtx, triage: TriageRow): Promise<TriageFacts> {
  const { signature, env } = triage;
  const nowMs = ctx.clock.now();
  const alert = await requireAlert(ctx, triage.alert_ref);
  const incident = await requireIncident(ctx, triage.incident_id);
  const [events, before, hour, day, around, ofIncident, [summary]] = await Promise.all([
    listAlertEvents(ctx, triage.alert_ref),
    selectPastIncidents(ctx, { signature, env }, triage.incident_id, shownIncidents),
    countSignatureSince(ctx, signature, nowMs - 60 * minuteMs),
    countSignatureSince(ctx, signature, nowMs - 1440 * minuteMs),
    listAlertsAround(ctx, {
      fromMs: alert.created_at - aroundMs,
      toMs: alert.created_at + aroundMs,
      exceptRef: alert.alert_ref,
      limit: shownAlerts,
    }),
    listAlertsOfIncident(ctx, triage.incident_id, shownAlerts + 1),
    summarizeIncidentAlerts(ctx, [triage.incident_id]),
  ]);
  const siblings = ofIncident.filter((row) => row.alert_ref !== alert.alert_ref).slice(0, shownAlerts);
  return {
    incident,
    alert,
    events,
    before,
    counts: {
      alerts60m: hour.find((row) => row.env === env)?.occurrences ?? 0,
      triages24h: day.find((row) => row.env === env)?.triages ?? 0,
    },
    around,
    siblings: { rows: siblings, total: Math.max(siblings.length, (summary?.total ?? 1) - 1) },
  };
}
