import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import { text } from '../core/text.ts';
import { type Ctx, type IncidentRow, inTransaction, runStatements } from '../store/index.ts';
import { appendEvents, type NewEvent } from './queries-event.ts';
import { hasLink, insertLink } from './queries-story.ts';
import { incidentName, requireIncident } from './require.ts';
import { formatNumber, incidentView, toIncidentView } from './view.ts';

/** Says that two incidents belong together; said again it changes nothing. */
export const linkIncidents = defineAction({
  name: 'incidents.link',
  summary: 'Link an incident to a related one',
  input: z.strictObject({
    id: incidentName,
    to: incidentName.describe('The related incident.'),
    reason: text(2000).optional(),
  }),
  output: incidentView,
  entitlement: 'tools.oncall.incident_write',
  http: { method: 'POST', path: '/v1/incidents/:id/link' },
  cli: { command: 'incidents link', args: ['id', 'to'] },
  run: (ctx: Ctx, { id, to, reason }) =>
    inTransaction(ctx, async (ctx) => {
      const incident = await requireIncident(ctx, id);
      const other = await requireIncident(ctx, to);
      if (incident.incident_id === other.incident_id)
        throw new AppError('VALIDATION_ERROR', `to: ${to} is the same incident`, {
          details: { errors: [{ field: 'to', message: 'must be another incident' }] },
        });
      if (await hasLink(ctx, incident.incident_id, other.incident_id)) return toIncidentView(incident);
      await runStatements(ctx, [
        ...insertLink(ctx, [incident.incident_id, other.incident_id], 'related'),
        ...appendEvents(ctx, [linked(incident, other, reason), linked(other, incident, reason)]),
      ]);
      return toIncidentView(incident);
    }),
});

function linked(incident: IncidentRow, other: IncidentRow, reason: string | undefined): NewEvent {
  const number = formatNumber(other.number);
  return {
    incidentId: incident.incident_id,
    type: 'action',
    message: `linked to ${number}, ${other.title}${reason ? `: ${reason}` : ''}`,
    meta: { linked: other.incident_id, reason },
  };
}
