import { z } from 'zod';
import { redactText, redactTexts } from '../config/index.ts';
import { toIso } from '../core/clock.ts';
import { severities } from '../core/severity.ts';
import type { IncidentEventRow, IncidentRow } from '../store/index.ts';
import type { ArtifactHead } from './queries-artifact.ts';

export const incidentStatuses = ['open', 'mitigating', 'resolved', 'closed'] as const;

/** An incident as the API shows it. */
export const incidentView = z.object({
  id: z.string(),
  number: z.string(),
  title: z.string(),
  service: z.string(),
  env: z.string(),
  severity: z.enum(severities),
  status: z.enum(incidentStatuses),
  signature: z.string(),
  components: z.array(z.string()),
  summary: z.string().nullable(),
  owner: z.string().nullable(),
  started_at: z.string(),
  last_alert_at: z.string(),
  resolved_at: z.string().nullable(),
  closed_at: z.string().nullable(),
  acknowledged_at: z.string().nullable(),
  acknowledged_by: z.string().nullable(),
  superseded_by: z.string().nullable(),
  /** When it was noted that its alerts have fallen silent. */
  candidate_at: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type IncidentView = z.output<typeof incidentView>;

/** Answers the number that people say: `INC-42`. */
export function formatNumber(number: number): string {
  return `INC-${number}`;
}

/** Answers whether the story still goes on. */
export function isLive({ status }: Pick<IncidentRow, 'status'>): boolean {
  return status === 'open' || status === 'mitigating';
}

/** Answers the incident as the API shows it, without secrets that its alerts have told. */
export function toIncidentView(row: IncidentRow): IncidentView {
  return {
    id: row.incident_id,
    number: formatNumber(row.number),
    title: redactText(row.title),
    service: row.service,
    env: row.env,
    severity: row.severity,
    status: row.status,
    signature: row.signature,
    components: readComponents(row),
    summary: row.summary === null ? null : redactText(row.summary),
    owner: row.owner,
    started_at: toIso(row.started_at),
    last_alert_at: toIso(row.last_alert_at),
    resolved_at: toIso(row.resolved_at),
    closed_at: toIso(row.closed_at),
    acknowledged_at: toIso(row.acknowledged_at),
    acknowledged_by: row.acknowledged_by,
    superseded_by: row.superseded_by,
    candidate_at: toIso(row.candidate_at),
    created_at: toIso(row.created_at),
    updated_at: toIso(row.updated_at),
  };
}

/** Answers the ids of the components that an incident touches. */
export function readComponents(row: Pick<IncidentRow, 'components'>): string[] {
  return JSON.parse(row.components) as string[];
}

export const eventTypes = [
  'note',
  'decision',
  'action',
  'followup',
  'status_change',
  'alert',
  'triage',
  'escalation',
  'notification',
  'gate',
] as const;

/** A line of a timeline as the API shows it. */
export const eventView = z.object({
  id: z.string(),
  at: z.string(),
  last_at: z.string(),
  occurrences: z.number(),
  type: z.enum(eventTypes),
  actor: z.string(),
  message: z.string(),
  meta: z.record(z.string(), z.unknown()).nullable(),
});
export type EventView = z.output<typeof eventView>;

/** Answers the line as the API shows it. */
export function toEventView(row: IncidentEventRow): EventView {
  return {
    id: row.event_id,
    at: toIso(row.at),
    last_at: toIso(row.last_at),
    occurrences: row.occurrences,
    type: row.type,
    actor: row.actor,
    message: redactText(row.message),
    meta: row.meta === null ? null : redactTexts(JSON.parse(row.meta) as Record<string, unknown>),
  };
}

/** What is attached to an incident, without its content. */
export const artifactView = z.object({
  id: z.string(),
  name: z.string(),
  content_type: z.string(),
  body_bytes: z.number(),
  created_at: z.string(),
});
export type ArtifactView = z.output<typeof artifactView>;

/** Answers the artifact as the API lists it. */
export function toArtifactView(row: ArtifactHead): ArtifactView {
  return {
    id: row.artifact_id,
    name: row.name,
    content_type: row.content_type,
    body_bytes: row.body_bytes,
    created_at: toIso(row.created_at),
  };
}
