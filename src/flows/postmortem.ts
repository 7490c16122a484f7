import { z } from 'zod';
import { listAlertsOfIncident, selectKindsOfIncidents, summarizeIncidentAlerts } from '../alerts/index.ts';
import { defineAction } from '../core/action.ts';
import {
  artifactView,
  attachMissingReport,
  chooseRunbooks,
  countEvents,
  followupView,
  formatNumber,
  hasTriageReport,
  incidentName,
  lockIncident,
  makeTriageReport,
  requireIncident,
  selectEvents,
  selectPastIncidents,
  toArtifactView,
  writePostmortem,
} from '../incidents/index.ts';
import { listNotificationsOfIncident } from '../notify/index.ts';
import {
  type AlertRow,
  type IncidentRow,
  inTransaction,
  type NotificationRow,
  runStatements,
} from '../store/index.ts';
import { readLabels } from './announce-alert.ts';
import type { FlowCtx } from './context.ts';
import { collectFacts } from './triage-facts.ts';

const mostEvents = 1000;
const mostAlerts = 50;
const mostBefore = 10;

/** Drafts the postmortem of an incident; made again it stands beside the earlier draft. */
export const draftPostmortem = defineAction({
  name: 'incidents.postmortem',
  summary: 'Draft the postmortem of an incident, and add the follow-ups that it proposes',
  input: z.strictObject({ id: incidentName }),
  output: z.object({
    id: z.string(),
    number: z.string(),
    artifacts: z.array(artifactView),
    followups: z.array(followupView),
    followups_added: z.number(),
  }),
  entitlement: 'tools.oncall.incident_write',
  http: { method: 'POST', path: '/v1/incidents/:id/postmortem', status: 201 },
  cli: { command: 'incidents postmortem', args: ['id'] },
  async run(ctx: FlowCtx, { id }) {
    const seen = await requireIncident(ctx, id);
    const alerts = await listAlertsOfIncident(ctx, seen.incident_id, mostAlerts);
    const report = await makeMissingReport(ctx, seen, alerts);
    return inTransaction(ctx, async (ctx) => {
      const incident = await lockIncident(ctx, { incidentId: seen.incident_id });
      const { incident_id: incidentId, number } = incident;
      if (report && !(await hasTriageReport(ctx, incidentId)))
        await runStatements(ctx, attachMissingReport(ctx, incidentId, report));
      const { facts, proposal } = await collect(ctx, incident, alerts);
      const written = await writePostmortem(ctx, incident, facts, proposal);
      return {
        id: incidentId,
        number: formatNumber(number),
        artifacts: written.artifacts.map(toArtifactView),
        followups: written.followups,
        followups_added: written.added,
      };
    });
  },
});

/** Answers a triage report where there is none; null also for an incident without alerts, of which nothing was reported. */
async function makeMissingReport(ctx: FlowCtx, incident: IncidentRow, [alert]: readonly AlertRow[]) {
  const incidentId = incident.incident_id;
  if (!alert || (await hasTriageReport(ctx, incidentId))) return null;
  return makeTriageReport(
    await collectFacts(ctx, { incidentId, alertRef: alert.alert_ref }),
    ctx.clock.now(),
  );
}

async function collect(ctx: FlowCtx, incident: IncidentRow, alerts: readonly AlertRow[]) {
  const { incident_id: incidentId, signature, env, service } = incident;
  const [events, eventsTotal, [summary], notifications, kinds, before] = await Promise.all([
    selectEvents(ctx, incidentId, mostEvents),
    countEvents(ctx, incidentId),
    summarizeIncidentAlerts(ctx, [incidentId]),
    listNotificationsOfIncident(ctx, incidentId),
    selectKindsOfIncidents(ctx, [incidentId]),
    selectPastIncidents(ctx, { signature, env }, incidentId, mostBefore),
  ]);
  const [first] = alerts;
  const subject = { service, kind: first?.kind ?? 'custom', labels: first ? readLabels(first) : {} };
  return {
    facts: {
      events: events.toReversed(),
      eventsTotal,
      alerts,
      alertsTotal: summary?.total ?? 0,
      firstToldAt: findFirstTold(notifications),
    },
    proposal: {
      number: formatNumber(incident.number),
      service,
      kinds: kinds.map(({ kind }) => kind),
      acknowledged: incident.acknowledged_at !== null,
      before: before.filter(({ created_at: at }) => at < incident.created_at).length,
      hasRunbook: chooseRunbooks(ctx.config.runbooks, subject).length > 0,
    },
  };
}

function findFirstTold(notifications: readonly NotificationRow[]): number | null {
  const sent = notifications.flatMap(({ sent_at: at, status }) =>
    at !== null && status === 'delivered' ? at : [],
  );
  return sent.length > 0 ? Math.min(...sent) : null;
}
