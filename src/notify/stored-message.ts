import type { NotificationRow } from '../store/index.ts';
import type { Message, StoredMessage } from './types.ts';

/** Answers what the outbox keeps of a message. */
export function readStored(row: Pick<NotificationRow, 'payload'>): StoredMessage {
  return JSON.parse(row.payload) as StoredMessage;
}

/** Answers a row of the outbox as channels see it. */
export function toMessage(row: NotificationRow, now: number): Message {
  return {
    ...readStored(row),
    channel: row.channel,
    idempotencyKey: row.idempotency_key,
    sentAt: now,
    sentParts: row.provider_message_id?.split(',') ?? [],
  };
}
