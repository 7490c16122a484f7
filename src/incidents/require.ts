import { AppError } from '../core/errors.ts';
import { text } from '../core/text.ts';
import { type Ctx, type IncidentRow, runStatements } from '../store/index.ts';
import { lockIncidentRows, selectIncident } from './queries-incident.ts';
import { holdServices } from './queries-view.ts';

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

/** Answers an incident that is held, with its service, until the commit of the open transaction. Throws NOT_FOUND. */
export async function lockIncident(ctx: Ctx, by: By): Promise<IncidentRow> {
  const [incident] = await lockIncidents(ctx, [by]);
  return incident as IncidentRow;
}

/** Answers incidents in the order of their names, all held with their services until the commit. Throws NOT_FOUND. */
export async function lockIncidents(ctx: Ctx, names: readonly By[]): Promise<IncidentRow[]> {
  const seen: IncidentRow[] = [];
  for (const by of names) seen.push((await selectIncident(ctx, by)) ?? notFound(nameOf(by)));
  await runStatements(ctx, holdServices(ctx, seen));
  // What was seen before may be old by now: read again, as the only one who may change it.
  const rows = await lockIncidentRows(
    ctx,
    seen.map((incident) => incident.incident_id),
  );
  const byId = new Map(rows.map((row) => [row.incident_id, row]));
  return seen.map(({ incident_id: id }) => byId.get(id) ?? notFound(id));
}

function nameOf(by: By): string {
  return 'number' in by ? `INC-${by.number}` : by.incidentId;
}

function notFound(name: string): never {
  throw new AppError('NOT_FOUND', `there is no incident ${name}`);
}
