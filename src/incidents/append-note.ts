import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { mapOf, text } from '../core/text.ts';
import { type Ctx, insertMany, inTransaction } from '../store/index.ts';
import { newEventRow } from './queries-event.ts';
import { incidentName, requireIncident } from './require.ts';
import { eventTypes, eventView, toEventView } from './view.ts';

/** Appends to the timeline of an incident, in the caller's name. */
export const appendNote = defineAction({
  name: 'incidents.note',
  summary: 'Append a note, a decision or an action to the timeline of an incident',
  input: z.strictObject({
    id: incidentName,
    message: text(10_000, 1),
    type: z.enum(eventTypes).default('note'),
    meta: mapOf(text(200, 1), z.json())
      .refine((meta) => JSON.stringify(meta).length <= 20_000, 'must be at most 20,000 characters of JSON')
      .optional(),
  }),
  output: eventView,
  entitlement: 'tools.oncall.incident_write',
  http: { method: 'POST', path: '/v1/incidents/:id/events', status: 201 },
  cli: { command: 'incidents note', args: ['id', 'message'] },
  run: (ctx: Ctx, { id, message, type, meta }) =>
    inTransaction(ctx, async (ctx) => {
      const { incident_id: incidentId } = await requireIncident(ctx, id);
      const row = newEventRow(ctx, { incidentId, type, message, ...(meta ? { meta } : {}) });
      await insertMany(ctx, 'incident_event', [row]);
      return toEventView(row);
    }),
});
