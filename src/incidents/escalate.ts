import { type Ctx, type IncidentRow, runStatements } from '../store/index.ts';
import { alterIncident } from './change.ts';
import type { EscalationCounts, EscalationStep } from './decide-escalate.ts';
import { appendEvents, type NewEvent } from './queries-event.ts';
import { insertFollowups, newFollowupRow, selectFollowupsOf } from './queries-followup.ts';

const looked = 500;

/** The owner that stands for whoever is on call. */
const whoeverIsOnCall = 'on-call';

/** Makes a held incident more severe by the steps that were decided, says why, and notes what they leave to do. In the open transaction. */
export async function escalateIncident(
  ctx: Ctx,
  incident: IncidentRow,
  steps: readonly EscalationStep[],
  about: EscalationCounts & { signature: string; onCall: string | null },
): Promise<IncidentRow> {
  const events = steps.map(({ rule, from, to, why }): Omit<NewEvent, 'incidentId'> => {
    const meta = {
      from,
      to,
      rule: rule.name,
      reason: 'escalated',
      occurrences_60m: about.occurrences60m,
      triage_count_24h: about.triageCount24h,
      signature: about.signature,
    };
    return { type: 'decision', message: `severity ${from} → ${to} by ${rule.name}: ${why}`, meta };
  });
  const severity = steps.at(-1)?.to ?? incident.severity;
  const escalated = await alterIncident(ctx, incident, { severity }, events);
  await leaveFollowups(ctx, incident.incident_id, steps, about.onCall);
  return escalated;
}

/** What is open under the same title is not noted again. */
async function leaveFollowups(
  ctx: Ctx,
  incidentId: string,
  steps: readonly EscalationStep[],
  onCall: string | null,
): Promise<void> {
  const wanted = new Map(
    steps.flatMap(({ rule: { followup } }) => (followup ? [[followup.title, followup]] : [])),
  );
  if (wanted.size === 0) return;
  for (const { title, status } of await selectFollowupsOf(ctx, incidentId, looked))
    if (status === 'open') wanted.delete(title);
  const rows = [...wanted.values()].map(({ title, owner, priority, dueMs }) =>
    newFollowupRow(ctx, {
      incident_id: incidentId,
      title,
      owner: owner === whoeverIsOnCall ? (onCall ?? owner) : owner,
      priority,
      due_at: ctx.clock.now() + dueMs,
      links: null,
    }),
  );
  const events = rows.map(
    (row): NewEvent => ({
      incidentId,
      type: 'followup',
      message: `follow-up ${row.priority}: ${row.title}`,
      meta: { followup_id: row.followup_id, status: row.status },
    }),
  );
  await runStatements(ctx, [...insertFollowups(ctx, rows), ...appendEvents(ctx, events)]);
}
