import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import { isoTime, text } from '../core/text.ts';
import { type Ctx, type IncidentFollowupRow, inTransaction, runStatements } from '../store/index.ts';
import { followupStatuses, followupView, linksField, priorities, toFollowupView } from './followup-view.ts';
import { appendEvents } from './queries-event.ts';
import { lockFollowup, changeFollowup as writeFollowup } from './queries-followup.ts';
import { incidentName, requireIncident } from './require.ts';
import { formatNumber } from './view.ts';

const fields = {
  title: text(1000, 1).optional(),
  owner: text(200, 1).nullable().optional().describe('Null: nobody.'),
  priority: z.enum(priorities).optional(),
  due_date: isoTime.nullable().optional().describe('Null: none.'),
  status: z.enum(followupStatuses).optional(),
  links: linksField.optional(),
};

/** Changes a follow-up: what is given is set, the rest stays. */
export const changeFollowup = defineAction({
  name: 'incidents.followup-change',
  summary: 'Change a follow-up of an incident: set what is given, or end it as done or cancelled',
  input: z.strictObject({
    id: incidentName,
    followup_id: text(100, 1),
    ...fields,
    reason: text(2000).optional(),
  }),
  output: followupView,
  entitlement: 'tools.oncall.incident_write',
  http: { method: 'POST', path: '/v1/incidents/:id/followups/:followup_id' },
  cli: { command: 'incidents followup change', args: ['id', 'followup_id'] },
  run: (ctx: Ctx, { id, followup_id: followupId, reason, ...wanted }) =>
    inTransaction(ctx, async (ctx) => {
      const { incident_id: incidentId, number } = await requireIncident(ctx, id);
      const before = await lockFollowup(ctx, incidentId, followupId);
      if (!before) {
        const what = `incident ${formatNumber(number)} has no follow-up ${followupId}`;
        throw new AppError('NOT_FOUND', what);
      }
      const change = readChange(before, wanted);
      const names = Object.keys(change);
      const nowMs = ctx.clock.now();
      if (names.length === 0) return toFollowupView(before, number, nowMs);
      const after = { ...before, ...change, updated_at: nowMs };
      const what = change.status ? `is ${change.status}` : `has another ${names.map(toField).join(', ')}`;
      const message = `follow-up ${what}: ${after.title}${reason ? ` (${reason})` : ''}`;
      const meta = { followup_id: followupId, status: after.status, changed: names.map(toField), reason };
      await runStatements(ctx, [
        writeFollowup(ctx, followupId, { ...change, updated_at: nowMs }),
        ...appendEvents(ctx, [{ incidentId, type: 'followup', message, meta }]),
      ]);
      return toFollowupView(after, number, nowMs);
    }),
});

type Wanted = z.output<ReturnType<typeof z.object<typeof fields>>>;

/** Answers the columns that really change. */
function readChange(
  before: IncidentFollowupRow,
  { due_date, links, ...same }: Wanted,
): Partial<IncidentFollowupRow> {
  const wanted = {
    ...same,
    due_at: due_date,
    links: links && (links.length > 0 ? JSON.stringify(links) : null),
  };
  return Object.fromEntries(
    Object.entries(wanted).filter(
      ([name, value]) => value !== undefined && value !== before[name as keyof IncidentFollowupRow],
    ),
  );
}

function toField(column: string): string {
  return column === 'due_at' ? 'due_date' : column;
}
