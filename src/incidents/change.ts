import { AppError } from '../core/errors.ts';
import { type Ctx, type IncidentRow, type IncidentStatus, runStatements } from '../store/index.ts';
import { climbAnew } from './decide-climb.ts';
import { releaseSignatures } from './queries-bridge.ts';
import { appendEvents, type NewEvent } from './queries-event.ts';
import { changeIncident } from './queries-incident.ts';
import { formatNumber } from './view.ts';

export type Ending = {
  to: 'resolved' | 'closed';
  reason: string;
  message: string;
  /** The incident that goes on in its place. */
  supersededBy?: string;
};

/** Ends the story of a held incident, which lets go of its signatures; answers it as it is afterwards. In the open transaction. */
export function endIncident(ctx: Ctx, incident: IncidentRow, ending: Ending): Promise<IncidentRow> {
  const nowMs = ctx.clock.now();
  const change = {
    status: ending.to,
    resolved_at: incident.resolved_at ?? nowMs,
    closed_at: ending.to === 'closed' ? nowMs : null,
    superseded_by: ending.supersededBy ?? incident.superseded_by,
  };
  return changeHeld(ctx, incident, change, ending);
}

/** Marks a held incident as being mitigated; answers it as it is afterwards. In the open transaction. */
export function mitigateIncident(ctx: Ctx, incident: IncidentRow, message: string): Promise<IncidentRow> {
  return changeHeld(ctx, incident, { status: 'mitigating' }, { reason: 'by_hand', message });
}

/** Changes a held incident without moving it on, and says so in its timeline; answers it as it is afterwards. In the open transaction. */
export async function alterIncident(
  ctx: Ctx,
  incident: IncidentRow,
  change: Partial<IncidentRow>,
  events: readonly Omit<NewEvent, 'incidentId'>[],
): Promise<IncidentRow> {
  const incidentId = incident.incident_id;
  const whole = { ...climbAnew(incident, change.severity ?? incident.severity), ...change };
  const [changed] = await runStatements(ctx, [
    changeIncident(ctx, incidentId, incident.status, whole),
    ...appendEvents(
      ctx,
      events.map((event) => ({ ...event, incidentId })),
    ),
  ]);
  if (changed?.length === 0) throw changedMeanwhile(incident);
  return { ...incident, ...whole, updated_at: ctx.clock.now() };
}

async function changeHeld(
  ctx: Ctx,
  incident: IncidentRow,
  change: Partial<IncidentRow> & { status: IncidentStatus },
  why: { reason: string; message: string },
): Promise<IncidentRow> {
  const isOver = change.status === 'resolved' || change.status === 'closed';
  const event = {
    incidentId: incident.incident_id,
    type: 'status_change',
    message: why.message,
    meta: { from: incident.status, to: change.status, reason: why.reason },
  } as const;
  const [changed] = await runStatements(ctx, [
    changeIncident(ctx, incident.incident_id, incident.status, change),
    ...(isOver ? [releaseSignatures(ctx, incident.incident_id, ctx.clock.now())] : []),
    ...appendEvents(ctx, [event]),
  ]);
  if (changed?.length === 0) throw changedMeanwhile(incident);
  return { ...incident, ...change, updated_at: ctx.clock.now() };
}

function changedMeanwhile(incident: IncidentRow): AppError {
  return new AppError(
    'CONFLICT',
    `incident ${formatNumber(incident.number)} is not ${incident.status} any more`,
    { details: { from: incident.status, reason: 'changed_meanwhile' } },
  );
}
