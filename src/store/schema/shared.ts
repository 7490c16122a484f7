import type { Severity } from '../../core/severity.ts';

export type NotificationStatus =
  | 'pending'
  | 'sending'
  | 'delivered'
  | 'failed'
  | 'dead'
  | 'skipped_dry_run'
  | 'skipped_unconfigured'
  | 'superseded';

export type NotificationRow = {
  notification_id: string;
  idempotency_key: string;
  channel: string;
  route: string | null;
  event: string;
  /** The incident or alert it tells of: messages of one thread on one channel go out in order. */
  thread: string;
  incident_id: string | null;
  alert_ref: string | null;
  severity: Severity;
  payload: string;
  status: NotificationStatus;
  attempts: number;
  next_attempt_at: number;
  lease_token: string | null;
  locked_until: number | null;
  error: string | null;
  provider_message_id: string | null;
  created_at: number;
  sent_at: number | null;
  /** From when on the time runs after which its thread is told again on its channel; null: by a later message, or not at all. */
  repeat_from: number | null;
};

/** What a channel must remember between messages (a Telegram chat that moved). */
export type ChannelMemoryRow = { channel: string; key: string; value: string; updated_at: number };

export type TokenRow = {
  token_id: string;
  name: string;
  role: string;
  /** `api` is a bearer token, `session` a signed-in browser, `signin` a link that works once. */
  kind: 'api' | 'session' | 'signin';
  hash: string;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
};

/** A role that one process at a time plays (who runs the checks). */
export type LeaseRow = { name: string; holder: string; token: string; until_at: number };

/** Whether the database may be worked on: `closing` while it is handed over to another host, `closed` once it is. */
export type FenceRow = {
  /** `host` says how it stands with the database, `import` when it last took what was handed over to it. */
  name: 'host' | 'import';
  /** Counts the times that the state was handed over; the higher one is the host that has it. */
  epoch: number;
  state: 'open' | 'closing' | 'closed';
  changed_by: string;
  changed_at: number;
};

export type MigrationRow = { name: string; applied_at: number };
