import { z } from 'zod';
import { redactText } from '../config/index.ts';
import { toIso } from '../core/clock.ts';
import { severities } from '../core/severity.ts';
import type { NotificationRow } from '../store/index.ts';
import { readStored } from './stored-message.ts';

export const notificationStatuses = [
  'pending',
  'sending',
  'delivered',
  'failed',
  'dead',
  'skipped_dry_run',
  'skipped_unconfigured',
  'superseded',
] as const;

/** A message of the outbox as the API shows it. */
export const notificationView = z.object({
  id: z.string(),
  idempotency_key: z.string(),
  channel: z.string(),
  route: z.string().nullable(),
  event: z.string(),
  incident_id: z.string().nullable(),
  alert_ref: z.string().nullable(),
  severity: z.enum(severities),
  title: z.string(),
  status: z.enum(notificationStatuses),
  attempts: z.number(),
  next_attempt_at: z.string().nullable(),
  error: z.string().nullable(),
  provider_message_id: z.string().nullable(),
  created_at: z.string(),
  sent_at: z.string().nullable(),
});

export type NotificationView = z.infer<typeof notificationView>;

/** Answers the row as the API shows it; `next_attempt_at` is null where none will be made. */
export function viewNotification(row: NotificationRow): NotificationView {
  return {
    id: row.notification_id,
    idempotency_key: row.idempotency_key,
    channel: row.channel,
    route: row.route,
    event: row.event,
    incident_id: row.incident_id,
    alert_ref: row.alert_ref,
    severity: row.severity,
    title: redactText(readStored(row).title),
    status: row.status,
    attempts: row.attempts,
    next_attempt_at: row.status === 'pending' ? toIso(row.next_attempt_at) : null,
    error: row.error,
    provider_message_id: row.provider_message_id,
    created_at: toIso(row.created_at),
    sent_at: toIso(row.sent_at),
  };
}
