import { z } from 'zod';
import { toIso } from '../core/clock.ts';
import { severities } from '../core/severity.ts';
import type { IncidentUpdateRow } from '../store/index.ts';
import type { LinkedIncident } from './queries-story.ts';
import { formatNumber, incidentStatuses } from './view.ts';

export const updateStatuses = ['investigating', 'identified', 'monitoring', 'resolved'] as const;

/** What the public is told of an incident: the one text that may leave the house. */
export const updateView = z.object({
  id: z.string(),
  at: z.string(),
  status: z.enum(updateStatuses),
  message: z.string(),
  actor: z.string(),
  public: z.literal(true),
});
export type UpdateView = z.output<typeof updateView>;

/** Answers the update as the API shows it. */
export function toUpdateView(row: IncidentUpdateRow): UpdateView {
  const { update_id: id, at, status, message, actor } = row;
  return { id, at: toIso(at), status, message, actor, public: true };
}

/** An incident that belongs to another. */
export const linkedView = z.object({
  id: z.string(),
  number: z.string(),
  title: z.string(),
  status: z.enum(incidentStatuses),
  severity: z.enum(severities),
  relation: z.enum(['related', 'merged_from', 'merged_into']),
});
export type LinkedView = z.output<typeof linkedView>;

/** Answers the linked incident as the API shows it beside the other. */
export function toLinkedView(row: LinkedIncident, incidentId: string): LinkedView {
  const merged = row.superseded_by === incidentId ? 'merged_from' : 'merged_into';
  return {
    id: row.incident_id,
    number: formatNumber(row.number),
    title: row.title,
    status: row.status as LinkedView['status'],
    severity: row.severity as LinkedView['severity'],
    relation: row.relation === 'merged' ? merged : 'related',
  };
}
