import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { text } from '../core/text.ts';
import { type Ctx, inTransaction } from '../store/index.ts';
import { alterIncident } from './change.ts';
import { decideAcknowledge } from './decide.ts';
import { incidentName, lockIncident, readIncidentName } from './require.ts';
import { formatNumber, incidentView, toIncidentView } from './view.ts';

/** Takes an incident: the first who does is on it. */
export const acknowledgeIncident = defineAction({
  name: 'incidents.acknowledge',
  summary: 'Acknowledge an incident: you are on it',
  input: z.strictObject({ id: incidentName, reason: text(2000).optional() }),
  output: incidentView,
  entitlement: 'tools.oncall.incident_write',
  http: { method: 'POST', path: '/v1/incidents/:id/acknowledge' },
  cli: { command: 'incidents ack', args: ['id'] },
  run: (ctx: Ctx, { id, reason }) =>
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
      };
      const message = reason ? `acknowledged: ${reason}` : 'acknowledged';
      const event = { type: 'action', message, meta: { reason } } as const;
      return toIncidentView(await alterIncident(ctx, incident, change, [event]));
    }),
});
