import { type Ctx, insertMany, type NotificationRow } from '../store/index.ts';
import type { StoredMessage } from './types.ts';

/** Writes a test message into the outbox, leased by the caller, who sends it at once. */
export async function insertTestMessage(
  ctx: Ctx,
  channel: string,
  lease: { token: string; lockedUntilMs: number },
): Promise<NotificationRow> {
  const now = ctx.clock.now();
  const id = ctx.ids.ulid();
  const message: StoredMessage = {
    event: 'test',
    reason: 'test',
    severity: 'INFO',
    title: 'Test message from Tocsin',
    text: `Channel ${channel} works. ${ctx.actor.name} asked for this message; nothing is wrong.`,
    url: null,
    incident: null,
    alert: null,
    service: 'tocsin',
    dueAt: now,
  };
  const row: NotificationRow = {
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
    next_attempt_at: now,
    lease_token: lease.token,
    locked_until: lease.lockedUntilMs,
    error: null,
    provider_message_id: null,
    created_at: now,
    sent_at: null,
    repeat_from: null,
  };
  await insertMany(ctx, 'notification', [row]);
  return row;
}
