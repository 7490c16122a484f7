import { redactText } from '../config/index.ts';
import type { Announcement } from '../core/hand-over.ts';
import type { Ctx, NotificationRow } from '../store/index.ts';
import { findTelegramTarget } from './channels/telegram-target.ts';
import { isResolution, type Recipient } from './choose-recipients.ts';
import type { Due } from './due.ts';
import { createIdempotencyKey } from './idempotency-key.ts';
import { mergeIntoResolution } from './render.ts';
import type { Desk, NotifySettings, StoredMessage } from './types.ts';

/** An announcement for one recipient. */
export type Plan = {
  announcement: Announcement;
  recipient: Recipient;
  due: Due;
  /** When a beginning was announced that nobody has heard of, so that this message tells of it too; else null. */
  beganUnheardAt: number | null;
};

/** Answers the row of the outbox for an announcement to one recipient; leased where the desk takes it. */
export function createRow(
  ctx: Ctx,
  plan: Plan,
  settings: NotifySettings,
  desk: Desk | null,
): NotificationRow {
  const now = ctx.clock.now();
  const { announcement, recipient, due } = plan;
  const { thread, event, incident, alert, facts } = announcement;
  const status = chooseStatus(recipient.channel, settings);
  return {
    notification_id: `ntf_${ctx.ids.ulid()}`,
    idempotency_key: createIdempotencyKey(announcement, recipient.channel),
    channel: recipient.channel,
    route: recipient.route,
    event,
    thread,
    incident_id: incident?.id ?? null,
    alert_ref: typeof alert?.alert_ref === 'string' ? alert.alert_ref : null,
    severity: facts.severity,
    payload: JSON.stringify(createMessage(plan, settings.publicUrl)),
    attempts: 0,
    lease_token: null,
    locked_until: null,
    ...status,
    ...(announcement.isFirst && due.dueAt <= now ? leaseAt(desk, recipient.channel, settings) : {}),
    next_attempt_at: due.dueAt,
    provider_message_id: null,
    created_at: now,
    sent_at: null,
    repeat_from: isRepeated(plan) && status.status === 'pending' ? due.dueAt : null,
  };
}

function createMessage(plan: Plan, publicUrl: string): StoredMessage {
  const { announcement, recipient, due, beganUnheardAt } = plan;
  const { event, reason, facts, title, text, incident, alert, run, heardAt } = announcement;
  return {
    event,
    reason,
    severity: facts.severity,
    // What a source says stands in both.
    title: redactText(title),
    text: redactText(
      beganUnheardAt === null ? text : mergeIntoResolution(text, readBeginning(announcement, beganUnheardAt)),
    ),
    url: createUrl(announcement, publicUrl),
    incident,
    alert,
    ...(run ? { run } : {}),
    service: facts.service,
    dueAt: due.dueAt,
    ...(due.isQuiet ? { isQuiet: true } : {}),
    // What waits for the end of quiet hours is expected then.
    ...(due.isQuiet || heardAt === undefined ? {} : { expectedAt: heardAt + recipient.waitMs }),
  };
}

/** Answers when the thing itself began, where it says so, else when its beginning was to be told. */
function readBeginning({ incident, alert }: Announcement, announcedAt: number): number {
  const startedAt = Date.parse(String(incident?.started_at ?? alert?.started_at));
  return Number.isNaN(startedAt) ? announcedAt : startedAt;
}

function createUrl({ incident, alert }: Announcement, publicUrl: string): string | null {
  const root = publicUrl.replace(/\/+$/, '');
  if (incident) return `${root}/incidents/${incident.number}`;
  return alert ? `${root}/alerts/${encodeURIComponent(String(alert.alert_ref))}` : null;
}

/** What a route tells of something that goes on. Whether it is told again, and when, is for the configuration to say by then. */
function isRepeated({ announcement: { incident, alert, event }, recipient: { route } }: Plan): boolean {
  return route !== null && !isResolution({ event }) && (incident !== null || alert !== null);
}

function leaseAt(desk: Desk | null, channel: string, settings: NotifySettings): Partial<NotificationRow> {
  if (chooseStatus(channel, settings).status !== 'pending') return {};
  const lease = desk?.lease(channel);
  if (!lease) return {};
  const { leaseToken, lockedUntilMs } = lease;
  return { status: 'sending', attempts: 1, lease_token: leaseToken, locked_until: lockedUntilMs };
}

function chooseStatus(channel: string, settings: NotifySettings): Pick<NotificationRow, 'status' | 'error'> {
  if (settings.dryRun) return { status: 'skipped_dry_run', error: null };
  const config = settings.channels[channel];
  if (!config)
    return { status: 'skipped_unconfigured', error: `channel ${channel} is not in the configuration` };
  const target = config.type === 'telegram' ? findTelegramTarget(settings.telegram, config.channel) : null;
  if (target && 'missing' in target) return { status: 'skipped_unconfigured', error: target.missing };
  return { status: 'pending', error: null };
}
