import { z } from 'zod';
import { toIso } from '../core/clock.ts';
import type { RunRow } from '../store/index.ts';

export const runStatuses = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'timed_out',
  'cancelled',
  'skipped_locked',
] as const;

export const runSources = ['cron', 'manual', 'webhook', 'api', 'alert'] as const;

/** A run as the API shows it. */
export const runView = z.object({
  run_id: z.string(),
  parent_run_id: z.string().nullable(),
  kind: z.enum(['profile', 'task', 'external']),
  profile: z.string().nullable(),
  task: z.string().nullable(),
  source: z.enum(runSources),
  status: z.enum(runStatuses),
  request_id: z.string().nullable(),
  repo: z.string().nullable(),
  pr_number: z.number().nullable(),
  service: z.string().nullable(),
  scheduled_for: z.string().nullable(),
  created_at: z.string(),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  duration_ms: z.number().nullable(),
  exit_code: z.number().nullable(),
  signal: z.string().nullable(),
  attempts: z.number().describe('Of a run that was skipped_locked: the ticks that it stands for.'),
  error: z.string().nullable(),
  tail: z.string().nullable().describe('The last lines that the task wrote.'),
  artifacts_dir: z.string().nullable(),
  host: z.string().nullable(),
  holder: z.string().nullable().describe('The process that runs it, as `host:pid`.'),
  revision: z.string().nullable().describe('What its tasks ran from.'),
  cancel_requested_at: z.string().nullable(),
  cancel_requested_by: z.string().nullable(),
});
export type RunView = z.output<typeof runView>;

/** Answers the run as the API shows it: without what guards it. */
export function toRunView(row: RunRow): RunView {
  const { lease_token, locked_until, sync_failures, trigger_payload, trigger_key, ...shown } = row;
  return {
    ...shown,
    scheduled_for: toIso(row.scheduled_for),
    created_at: toIso(row.created_at),
    started_at: toIso(row.started_at),
    finished_at: toIso(row.finished_at),
    cancel_requested_at: toIso(row.cancel_requested_at),
  };
}
