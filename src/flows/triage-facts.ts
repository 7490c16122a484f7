import {
  listAlertEvents,
  listAlertsAround,
  listAlertsOfIncident,
  measureLoop,
  requireAlert,
  summarizeIncidentAlerts,
} from '../alerts/index.ts';
import { componentsOf } from '../core/components.ts';
import { createLazy } from '../core/lazy.ts';
import { selectDeploymentsBetween, selectLastDeployment } from '../deployments/index.ts';
import {
  aroundMs,
  changedMs,
  countSignatureSince,
  failedRunsMs,
  readComponents,
  requireIncident,
  selectEndings,
  selectPastIncidents,
  type TriageFacts,
} from '../incidents/index.ts';
import { selectFailedRunsFor } from '../runs/index.ts';
import type { AlertRow, IncidentRow } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { collectHealth } from './triage-health.ts';

const minuteMs = 60_000;
/** As the dashboard has it where it is not asked for another. */
const loopWindowMs = 240 * minuteMs;
const shownAlerts = 20;
const shownIncidents = 10;
const shownChanges = 15;
const shownRuns = 5;

/** Measures the alert loop when first asked; it is the same for all that is looked into at once. */
export type LoopLook = ReturnType<typeof lookAtLoop>;

/** Answers a look at the alert loop that is yet to be taken. */
export function lookAtLoop(ctx: FlowCtx) {
  return createLazy(() => measureLoop(ctx, loopWindowMs));
}

/** Reads what is known around an alert of an incident; reads only. Throws NOT_FOUND. */
export async function collectFacts(
  ctx: FlowCtx,
  about: { incidentId: string; alertRef: string },
  loopLook: LoopLook = lookAtLoop(ctx),
): Promise<TriageFacts> {
  const alert = await requireAlert(ctx, about.alertRef);
  const incident = await requireIncident(ctx, about.incidentId);
  const [story, changed, others, components, failedRuns, loop] = await Promise.all([
    collectStory(ctx, incident, alert),
    collectChanges(ctx, alert),
    collectAlerts(ctx, incident, alert),
    collectHealth(ctx, findAffected(incident, alert)),
    collectRuns(ctx, alert),
    loopLook.get(),
  ]);
  const { runbooks } = ctx.config;
  const slos = [{ name: 'alert_loop', windowMs: loopWindowMs, figures: loop }];
  return { incident, alert, ...story, ...changed, ...others, components, failedRuns, slos, runbooks };
}

function collectRuns(ctx: FlowCtx, { service, started_at: startedAt }: AlertRow) {
  const span = { fromMs: startedAt - failedRunsMs, toMs: ctx.clock.now() };
  return selectFailedRunsFor(ctx, { service, ...span, limit: shownRuns });
}

/** A service without components of its own may be one itself. */
function findAffected(incident: IncidentRow, alert: AlertRow): ReadonlySet<string> {
  const named = new Set([...readComponents(incident), ...componentsOf(alert)]);
  return named.size > 0 ? named : new Set([alert.service]);
}

async function collectStory(ctx: FlowCtx, incident: IncidentRow, alert: AlertRow) {
  const { signature, env } = alert;
  const nowMs = ctx.clock.now();
  const [events, past, hour, day] = await Promise.all([
    listAlertEvents(ctx, alert.alert_ref),
    selectPastIncidents(ctx, { signature, env }, incident.incident_id, shownIncidents),
    countSignatureSince(ctx, signature, nowMs - 60 * minuteMs),
    countSignatureSince(ctx, signature, nowMs - 1440 * minuteMs),
  ]);
  const endings = await selectEndings(
    ctx,
    past.map(({ incident_id: id }) => id),
  );
  return {
    events,
    before: past.map((one) => ({
      incident: one,
      ending: endings.find(({ incidentId }) => incidentId === one.incident_id) ?? null,
    })),
    counts: {
      alerts60m: hour.find((row) => row.env === env)?.occurrences ?? 0,
      triages24h: day.find((row) => row.env === env)?.triages ?? 0,
    },
  };
}

async function collectChanges(ctx: FlowCtx, { service, env, started_at: startedAt }: AlertRow) {
  const [changes, lastDeployment] = await Promise.all([
    selectDeploymentsBetween(ctx, {
      env,
      fromMs: startedAt - changedMs,
      toMs: ctx.clock.now(),
      limit: shownChanges,
    }),
    selectLastDeployment(ctx, { service, env, untilMs: startedAt }),
  ]);
  return { changes, lastDeployment };
}

async function collectAlerts(ctx: FlowCtx, { incident_id: incidentId }: IncidentRow, alert: AlertRow) {
  const [around, ofIncident, [summary]] = await Promise.all([
    listAlertsAround(ctx, {
      fromMs: alert.created_at - aroundMs,
      toMs: alert.created_at + aroundMs,
      exceptRef: alert.alert_ref,
      limit: shownAlerts,
    }),
    listAlertsOfIncident(ctx, incidentId, shownAlerts + 1),
    summarizeIncidentAlerts(ctx, [incidentId]),
  ]);
  const siblings = ofIncident.filter((row) => row.alert_ref !== alert.alert_ref).slice(0, shownAlerts);
  return {
    around,
    siblings: { rows: siblings, total: Math.max(siblings.length, (summary?.total ?? 1) - 1) },
  };
}
