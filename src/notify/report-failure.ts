import type { AlertReport } from '../core/hand-over.ts';
import type { NotificationRow } from '../store/index.ts';
import type { NextState } from './decide.ts';
import { readStored } from './stored-message.ts';

/** How long a channel counts as failing after its last failure. */
const failingForMs = 60 * 60_000;

/**
 * Answers the alert that tells of a message that was given up: one a channel and cause, for as long as it goes on. Null
 * where nothing was given up, for test messages, whose sender sees the outcome, and for messages about Tocsin itself.
 */
export function reportFailure(row: NotificationRow, next: NextState, now: number): AlertReport | null {
  if (next.status !== 'failed' && next.status !== 'dead') return null;
  const { event, service } = readStored(row);
  if (event === 'test' || service === 'tocsin') return null;
  const { channel } = row;
  return {
    service: 'tocsin',
    env: 'prod',
    kind: 'custom',
    severity: 'P2',
    title: `messages to channel ${channel} fail: ${next.cause}`,
    message: next.error,
    source: 'tocsin:notify',
    status: 'firing',
    startedAt: now,
    endsAt: now + failingForMs,
    labels: { channel, cause: next.cause ?? '', notification_id: row.notification_id },
    annotations: {},
    metrics: {},
    evidence: null,
    fingerprint: `notify:${channel}:${next.cause}`,
    dedupeTtlMs: null,
  };
}
