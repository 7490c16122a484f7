import { z } from 'zod';
import { toIso } from '../core/clock.ts';
import { text } from '../core/text.ts';
import type { IncidentFollowupRow } from '../store/index.ts';
import { formatNumber } from './view.ts';

export const priorities = ['P0', 'P1', 'P2', 'P3'] as const;
export const followupStatuses = ['open', 'done', 'cancelled'] as const;

const link = z.strictObject({
  title: text(500).default(''),
  url: text(2000, 1).regex(/^https?:\/\//i, 'must begin with http:// or https://'),
});

/** Where more is said about a follow-up. */
export const linksField = z.array(link).max(20);

/** A follow-up as the API shows it. */
export const followupView = z.object({
  id: z.string(),
  incident_id: z.string(),
  incident: z.string(),
  title: z.string(),
  owner: z.string().nullable(),
  priority: z.enum(priorities),
  due_date: z.string().nullable(),
  status: z.enum(followupStatuses),
  /** Open, and its due date is past. */
  overdue: z.boolean(),
  links: z.array(z.object({ title: z.string(), url: z.string() })),
  created_by: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type FollowupView = z.output<typeof followupView>;

/** Answers the follow-up as the API shows it; `incidentNumber` is that of its incident. */
export function toFollowupView(
  row: IncidentFollowupRow,
  incidentNumber: number,
  nowMs: number,
): FollowupView {
  return {
    id: row.followup_id,
    incident_id: row.incident_id,
    incident: formatNumber(incidentNumber),
    title: row.title,
    owner: row.owner,
    priority: row.priority as FollowupView['priority'],
    due_date: toIso(row.due_at),
    status: row.status,
    overdue: row.status === 'open' && row.due_at !== null && row.due_at < nowMs,
    links: row.links === null ? [] : (JSON.parse(row.links) as FollowupView['links']),
    created_by: row.created_by,
    created_at: toIso(row.created_at),
    updated_at: toIso(row.updated_at),
  };
}
