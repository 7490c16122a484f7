import type { NotificationRow } from '../store/index.ts';
import type { NextState } from './decide.ts';
import type { Finish } from './queries-claim.ts';
import type { Outcome } from './types.ts';

/** Answers what is to be recorded of a leased message after an attempt. */
export function createFinish(row: NotificationRow, outcome: Outcome, next: NextState, now: number): Finish {
  return {
    notificationId: row.notification_id,
    leaseToken: row.lease_token ?? '',
    status: next.status,
    nextAttemptAt: next.nextAttemptAt,
    error: next.error,
    providerMessageId: readProviderId(outcome) ?? row.provider_message_id,
    sentAt: next.status === 'delivered' ? now : null,
  };
}

/** Of a message that got through in part, the ids of those parts: its next attempt goes on behind them. */
function readProviderId(outcome: Outcome): string | null {
  if (outcome.kind === 'delivered') return outcome.providerMessageId;
  const parts = 'sentParts' in outcome ? outcome.sentParts : [];
  return parts && parts.length > 0 ? parts.join(',') : null;
}
