import { type Ctx, insertMany, type NotificationRow } from '../store/index.ts';
import type { StoredMessage } from './types.ts';

type SendersLease = { token: string; lockedUntilMs: number };

/** Writes a test message into the outbox, leased by the caller, who sends it at once. */
export async function insertTestMessage(
  ctx: Ctx,
  channel: string,
  lease: SendersLease,
): Promise<NotificationRow> {
  const row = createTestRow(ctx, createTestMessage(ctx, channel), channel, lease);
  await insertMany(ctx, 'notification', [row]);
  return row;
}

function createTestMessage({ actor, clock }: Ctx, channel: string): StoredMessage {
  return {
    event: 'test',
    reason: 'test',
    severity: 'INFO',
    title: 'Test message from Tocsin',
    text: `Channel ${channel} works. ${actor.name} asked for this message; nothing is wrong.`,
    url: null,
    incident: null,
    alert: null,
    service: 'tocsin',
    dueAt: clock.now(),
  };
}

function createTestRow(
  ctx: Ctx,
  message: StoredMessage,
  channel: string,
  { token, lockedUntilMs }: SendersLease,
): NotificationRow {
  const id = ctx.ids.ulid();
  return {
    notification_id: `ntf_${id}`,
    idempotency_key: `test/${id}/${channel}`,
    channel,
    route: null,
    event: message.event,
    thread: `test/${id}`,
    incident_id: null,
    alert_ref: null,
    severity: message.severity,
    payload: JSON.stringify(message),
    status: 'sending',
    attempts: 1,
    next_attempt_at: message.dueAt,
    lease_token: token,
    locked_until: lockedUntilMs,
    error: null,
    provider_message_id: null,
    created_at: message.dueAt,
    sent_at: null,
    repeat_from: null,
  };
}
