import type { AlertReport } from '../core/hand-over.ts';
import type { NotificationRow } from '../store/index.ts';
import type { ChannelNews, NextState } from './decide.ts';
import { readStored } from './stored-message.ts';

/** How long a channel counts as failing after its last failure. */
const failingForMs = 60 * 60_000;

/**
 * Answers the alert that tells of a message that was given up: one a channel and cause, for as long as it goes on. Null
 * where nothing was given up, for test messages, whose sender sees the outcome, and for messages about Tocsin itself.
 */
export function reportFailure(row: NotificationRow, next: NextState, now: number): AlertReport | null {
  if (next.status !== 'failed' && next.status !== 'dead') return null;
  return isOurs(row) ? null : buildReport(row, next.cause ?? '', { message: next.error, now });
}

/**
 * Answers the alert that tells of a channel through which nothing gets, or its end; it is that of the messages that are
 * given up for the same cause a day later. Null where there is nothing to tell, and as above.
 */
export function reportNews(
  row: NotificationRow,
  news: ChannelNews | null,
  error: string | null,
  now: number,
): AlertReport | null {
  if (news === null) return null;
  const report = buildReport(row, news.cause, { message: error, now });
  if (news.kind === 'heard') return { ...report, status: 'resolved', endsAt: null };
  return isOurs(row) ? null : report;
}

function isOurs(row: NotificationRow): boolean {
  const { event, service } = readStored(row);
  return event === 'test' || service === 'tocsin';
}

function buildReport(
  { channel, notification_id: id, severity }: NotificationRow,
  cause: string,
  { message, now }: { message: string | null; now: number },
): AlertReport {
  return {
    service: 'tocsin',
    env: 'prod',
    kind: 'custom',
    // What must wake somebody is not lost in quiet hours because its own channel is.
    severity: severity === 'P0' ? 'P0' : 'P2',
    title: `messages to channel ${channel} fail: ${cause}`,
    message,
    source: 'tocsin:notify',
    status: 'firing',
    startedAt: now,
    endsAt: now + failingForMs,
    labels: { channel, cause, notification_id: id },
    annotations: {},
    metrics: {},
    evidence: null,
    fingerprint: `notify:${channel}:${cause}`,
    dedupeTtlMs: null,
  };
}
