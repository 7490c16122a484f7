import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { isoTime, text } from '../core/text.ts';
import { type Ctx, inTransaction, runStatements } from '../store/index.ts';
import { followupView, linksField, priorities, toFollowupView } from './followup-view.ts';
import { appendEvents } from './queries-event.ts';
import { insertFollowups, newFollowupRow } from './queries-followup.ts';
import { incidentName, requireIncident } from './require.ts';

/** Notes what is left to do after an incident; incidents that are over take them too. */
export const addFollowup = defineAction({
  name: 'incidents.followup-add',
  summary: 'Add a follow-up to an incident',
  input: z.strictObject({
    id: incidentName,
    title: text(1000, 1),
    owner: text(200, 1).optional(),
    priority: z.enum(priorities).default('P2'),
    due_date: isoTime.optional(),
    links: linksField.default([]),
  }),
  output: followupView,
  entitlement: 'tools.oncall.incident_write',
  http: { method: 'POST', path: '/v1/incidents/:id/followups', status: 201 },
  cli: { command: 'incidents followup add', args: ['id', 'title'] },
  run: (ctx: Ctx, { id, title, owner, priority, due_date: dueAt, links }) =>
    inTransaction(ctx, async (ctx) => {
      const { incident_id, number } = await requireIncident(ctx, id);
      const row = newFollowupRow(ctx, {
        incident_id,
        title,
        owner: owner ?? null,
        priority,
        due_at: dueAt ?? null,
        links: links.length > 0 ? JSON.stringify(links) : null,
      });
      const meta = { followup_id: row.followup_id, status: row.status };
      const message = `follow-up ${priority}: ${title}`;
      await runStatements(ctx, [
        ...insertFollowups(ctx, [row]),
        ...appendEvents(ctx, [{ incidentId: incident_id, type: 'followup', message, meta }]),
      ]);
      return toFollowupView(row, number, ctx.clock.now());
    }),
});
