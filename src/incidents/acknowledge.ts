import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { type Ctx, inTransaction, runStatements } from '../store/index.ts';
import { decideAcknowledge } from './decide.ts';
import { appendEvents } from './queries-event.ts';
import { changeIncident } from './queries-incident.ts';
import { incidentName, lockIncident, readIncidentName } from './require.ts';
import { formatNumber, incidentView, toIncidentView } from './view.ts';

/** Takes an incident: the first who does is on it. */
export const acknowledgeIncident = defineAction({
  name: 'incidents.acknowledge',
  summary: 'Acknowledge an incident: you are on it',
  input: z.strictObject({ id: incidentName }),
  output: incidentView,
  entitlement: 'tools.oncall.incident_write',
  http: { method: 'POST', path: '/v1/incidents/:id/acknowledge' },
  cli: { command: 'incidents ack', args: ['id'] },
  run: (ctx: Ctx, { id }) =>
    inTransaction(ctx, async (ctx) => {
      const incident = await lockIncident(ctx, readIncidentName(id));
      const { name } = ctx.actor;
      const number = formatNumber(incident.number);
      const { status, acknowledged_by: acknowledgedBy } = incident;
      if (!decideAcknowledge({ number, status, acknowledgedBy }, name).acknowledge)
        return toIncidentView(incident);
      const nowMs = ctx.clock.now();
      const change = {
        acknowledged_at: nowMs,
        acknowledged_by: name,
        owner: incident.owner ?? name,
        updated_at: nowMs,
      };
      const event = { incidentId: incident.incident_id, type: 'action', message: 'acknowledged' } as const;
      await runStatements(ctx, [
        changeIncident(ctx, incident.incident_id, status, change),
        ...appendEvents(ctx, [event]),
      ]);
      return toIncidentView({ ...incident, ...change });
    }),
});
