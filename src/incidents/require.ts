import { AppError } from '../core/errors.ts';
import { text } from '../core/text.ts';
import { type Ctx, type IncidentRow, runStatements } from '../store/index.ts';
import { holdService } from './queries-bridge.ts';
import { selectIncident } from './queries-incident.ts';

type By = { incidentId: string } | { number: number };

/** A path parameter or argument that names an incident: its id, `INC-42` or `42`. */
export const incidentName = text(100, 1);

/** Answers what a name stands for. */
export function readIncidentName(name: string): By {
  const number = /^(?:inc-)?(\d{1,15})$/i.exec(name)?.[1];
  return number === undefined ? { incidentId: name } : { number: Number(number) };
}

/** Answers an incident by its id, or null. */
export function findIncident(ctx: Ctx, incidentId: string): Promise<IncidentRow | null> {
  return selectIncident(ctx, { incidentId });
}

/** Answers an incident by its id, `INC-42` or `42`. Throws NOT_FOUND. */
export async function requireIncident(ctx: Ctx, name: string): Promise<IncidentRow> {
  return (await selectIncident(ctx, readIncidentName(name))) ?? notFound(name);
}

/** Answers an incident whose service is held until the commit of the open transaction. Throws NOT_FOUND. */
export async function lockIncident(ctx: Ctx, by: By): Promise<IncidentRow> {
  const name = 'number' in by ? `INC-${by.number}` : by.incidentId;
  const seen = (await selectIncident(ctx, by)) ?? notFound(name);
  await runStatements(ctx, [holdService(ctx, seen)]);
  // What was seen before may be old by now: read again, as the only one who may change it.
  return (await selectIncident(ctx, { incidentId: seen.incident_id })) ?? notFound(name);
}

function notFound(name: string): never {
  throw new AppError('NOT_FOUND', `there is no incident ${name}`);
}
