import { z } from 'zod';
import { type Severity, severities } from '../core/severity.ts';
import { isoTime, mapOf, text, wholeNumber } from '../core/text.ts';
import type { AlertRow, AlertStatus } from '../store/index.ts';

export const alertStatuses = ['new', 'processing', 'acked', 'failed', 'dead'] as const;

function smallMapOf<Value extends z.ZodType>(value: Value) {
  return mapOf(text(200, 1), value).refine(
    (map) => Object.keys(map).length <= 64,
    'must have at most 64 entries',
  );
}

const stringMap = smallMapOf(text(2000));

const evidenceInput = z.strictObject({
  log_samples: z.array(text(10_000)).max(100).optional(),
  query: text(10_000).optional(),
  links: z
    .array(z.strictObject({ title: text(500), url: text(2000) }))
    .max(50)
    .optional(),
});

/** One alert as it comes in at the door. */
export const reportInput = z.strictObject({
  service: text(200, 1),
  title: text(1000, 1).optional(),
  message: text(20_000).optional(),
  summary: text(20_000).optional(),
  kind: text(100, 1).default('custom'),
  severity: text(50, 1).default('P2'),
  env: text(100, 1).default('prod'),
  source: text(200, 1).optional(),
  status: z.enum(['firing', 'resolved']).default('firing'),
  started_at: isoTime.optional(),
  ends_at: isoTime.optional(),
  labels: stringMap.optional(),
  annotations: stringMap.optional(),
  metrics: smallMapOf(z.number()).optional(),
  evidence: evidenceInput.optional(),
  dedupe_ttl_minutes: wholeNumber(1, 525_600).optional(),
});

export type ReportInput = z.output<typeof reportInput>;

/** What became of one report. */
export const ingestAnswer = z.object({
  accepted: z.literal(true),
  deduped: z.boolean(),
  alert_ref: z.string().nullable(),
  dedupe_key: z.string(),
  occurrences: z.number(),
  status: z.enum(alertStatuses).nullable(),
});

export type IngestAnswer = z.infer<typeof ingestAnswer>;

/** Answers what became of a report, by the alert that it made or met. */
export function answerOf(
  row: Pick<AlertRow, 'alert_ref' | 'dedupe_key' | 'occurrences' | 'status'>,
  deduped: boolean,
): IngestAnswer {
  return {
    accepted: true,
    deduped,
    alert_ref: row.alert_ref,
    dedupe_key: row.dedupe_key,
    occurrences: row.occurrences,
    status: row.status,
  };
}

const time = z.string().nullable();

/** The alert as the API shows it. */
export const alertView = z.object({
  alert_ref: z.string(),
  dedupe_key: z.string(),
  fingerprint: z.string(),
  signature: z.string(),
  service: z.string(),
  env: z.string(),
  kind: z.string(),
  severity: z.enum(severities),
  title: z.string(),
  message: z.string().nullable(),
  source: z.string(),
  status: z.enum(alertStatuses),
  state: z.enum(['firing', 'resolved']),
  occurrences: z.number(),
  first_seen_at: z.string(),
  last_seen_at: z.string(),
  started_at: z.string(),
  ended_at: time,
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  metrics: z.record(z.string(), z.number()),
  evidence: evidenceInput.nullable(),
  owner: z.string().nullable(),
  processing_lock_until: time,
  attempts: z.number(),
  retry_at: time,
  last_error: z.string().nullable(),
  incident_id: z.string().nullable(),
  silenced_by: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});

export type AlertView = z.infer<typeof alertView>;

export type AlertFilters = {
  statusIn?: readonly AlertStatus[] | undefined;
  state?: 'firing' | 'resolved' | undefined;
  env?: string | undefined;
  service?: string | undefined;
  source?: string | undefined;
  severityIn?: readonly Severity[] | undefined;
  kindIn?: readonly string[] | undefined;
  component?: string | undefined;
  /** Part of the title or message, letter case ignored. */
  q?: string | undefined;
  fromMs?: number | undefined;
  toMs?: number | undefined;
};
