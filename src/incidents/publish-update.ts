import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { text } from '../core/text.ts';
import {
  type Ctx,
  type IncidentStatus,
  inTransaction,
  runStatements,
  type UpdateStatus,
} from '../store/index.ts';
import { appendEvents } from './queries-event.ts';
import { insertUpdate } from './queries-story.ts';
import { incidentName, requireIncident } from './require.ts';
import { toUpdateView, updateStatuses, updateView } from './story-view.ts';

/** What the public may be told while nobody says otherwise. */
const usualStatus: Readonly<Record<IncidentStatus, UpdateStatus>> = {
  open: 'investigating',
  mitigating: 'identified',
  resolved: 'resolved',
  closed: 'resolved',
};

/** Writes for the public about an incident; kept apart from the timeline, which is internal. */
export const publishUpdate = defineAction({
  name: 'incidents.update',
  summary: 'Write an update of an incident for the public; notes stay internal',
  input: z.strictObject({
    id: incidentName,
    message: text(10_000, 1),
    status: z.enum(updateStatuses).optional().describe('Default: what the status of the incident means.'),
  }),
  output: updateView,
  entitlement: 'tools.oncall.incident_write',
  http: { method: 'POST', path: '/v1/incidents/:id/updates', status: 201 },
  cli: { command: 'incidents update', args: ['id', 'message'] },
  run: (ctx: Ctx, { id, message, status }) =>
    inTransaction(ctx, async (ctx) => {
      const incident = await requireIncident(ctx, id);
      const incidentId = incident.incident_id;
      const row = {
        incident_id: incidentId,
        update_id: `upd_${ctx.ids.ulid()}`,
        at: ctx.clock.now(),
        status: status ?? usualStatus[incident.status],
        message,
        actor: ctx.actor.name,
      };
      const said = `wrote for the public (${row.status}): ${message}`;
      const meta = { update_id: row.update_id, status: row.status };
      await runStatements(ctx, [
        ...insertUpdate(ctx, row),
        ...appendEvents(ctx, [{ incidentId, type: 'action', message: said, meta }]),
      ]);
      return toUpdateView(row);
    }),
});
