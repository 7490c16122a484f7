import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { text } from '../core/text.ts';
import { type Ctx, inTransaction } from '../store/index.ts';
import { alterIncident } from './change.ts';
import { refuseClosed } from './decide-hand.ts';
import { incidentName, lockIncident, readIncidentName } from './require.ts';
import { formatNumber, incidentView, toIncidentView } from './view.ts';

/** Gives an incident to somebody, or to nobody; that does not acknowledge it. */
export const assignIncident = defineAction({
  name: 'incidents.assign',
  summary: 'Assign an incident to somebody',
  input: z.strictObject({
    id: incidentName,
    owner: text(200, 1).nullable().describe('Null: nobody.'),
    reason: text(2000).optional(),
  }),
  output: incidentView,
  entitlement: 'tools.oncall.incident_write',
  http: { method: 'POST', path: '/v1/incidents/:id/assign' },
  cli: { command: 'incidents assign', args: ['id', 'owner'] },
  run: (ctx: Ctx, { id, owner, reason }) =>
    inTransaction(ctx, async (ctx) => {
      const incident = await lockIncident(ctx, readIncidentName(id));
      const { owner: before, status } = incident;
      refuseClosed({ number: formatNumber(incident.number), status }, 'assigned');
      if (owner === before) return toIncidentView(incident);
      const was = before === null ? '' : `, before ${before}`;
      const message = `assigned to ${owner ?? 'nobody'}${was}${reason ? `: ${reason}` : ''}`;
      const meta = { from: before, to: owner, reason };
      const event = { type: 'action', message, meta } as const;
      return toIncidentView(await alterIncident(ctx, incident, { owner }, [event]));
    }),
});
