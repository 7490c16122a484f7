import { z } from 'zod';
import { alertView, listAlertsOfIncident, summarizeIncidentAlerts, toAlertView } from '../alerts/index.ts';
import { defineAction } from '../core/action.ts';
import {
  artifactView,
  countEvents,
  eventView,
  followupView,
  incidentName,
  incidentView,
  linkedView,
  requireIncident,
  selectArtifactHeads,
  selectEvents,
  selectFollowupsOf,
  selectLinked,
  selectUpdates,
  toArtifactView,
  toEventView,
  toFollowupView,
  toIncidentView,
  toLinkedView,
  toUpdateView,
  updateView,
} from '../incidents/index.ts';
import { listNotificationsOfIncident, notificationView, viewNotification } from '../notify/index.ts';
import type { IncidentRow } from '../store/index.ts';
import type { FlowCtx } from './context.ts';

const mostShown = 500;

/** One incident with everything that hangs on it. */
export const getIncident = defineAction({
  name: 'incidents.get',
  summary: 'Show one incident with its timeline, alerts, artifacts, follow-ups and messages',
  input: z.strictObject({ id: incidentName }),
  output: incidentView.extend({
    /** Newest first, at most 500; `timeline_total` counts all. */
    timeline: z.array(eventView),
    timeline_total: z.number(),
    /** Oldest first, at most 500; `alerts_total` counts all. */
    alerts: z.array(alertView),
    alerts_total: z.number(),
    alerts_live: z.number(),
    artifacts: z.array(artifactView),
    followups: z.array(followupView),
    /** What the public was told, newest first; everything else here is internal. */
    updates: z.array(updateView),
    related: z.array(linkedView),
    notifications: z.array(notificationView),
  }),
  entitlement: 'tools.oncall.read',
  http: { method: 'GET', path: '/v1/incidents/:id' },
  cli: { command: 'incidents show', args: ['id'] },
  async run(ctx: FlowCtx, { id }) {
    const incident = await requireIncident(ctx, id);
    const incidentId = incident.incident_id;
    const [events, eventCount, alerts, [summary], rest] = await Promise.all([
      selectEvents(ctx, incidentId, mostShown),
      countEvents(ctx, incidentId),
      listAlertsOfIncident(ctx, incidentId, mostShown),
      summarizeIncidentAlerts(ctx, [incidentId]),
      readRest(ctx, incident),
    ]);
    return {
      ...toIncidentView(incident),
      timeline: events.map(toEventView),
      timeline_total: eventCount,
      alerts: alerts.map(toAlertView),
      alerts_total: summary?.total ?? 0,
      alerts_live: summary?.live ?? 0,
      ...rest,
    };
  },
});

async function readRest(ctx: FlowCtx, { incident_id: incidentId, number }: IncidentRow) {
  const [artifacts, followups, updates, linked, notifications] = await Promise.all([
    selectArtifactHeads(ctx, incidentId, mostShown),
    selectFollowupsOf(ctx, incidentId, mostShown),
    selectUpdates(ctx, incidentId, mostShown),
    selectLinked(ctx, incidentId, mostShown),
    listNotificationsOfIncident(ctx, incidentId),
  ]);
  return {
    artifacts: artifacts.map(toArtifactView),
    followups: followups.map((row) => toFollowupView(row, number, ctx.clock.now())),
    updates: updates.map(toUpdateView),
    related: linked.map((row) => toLinkedView(row, incidentId)),
    notifications: notifications.map(viewNotification),
  };
}
