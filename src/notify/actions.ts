import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import { pageInput, pageOf, readCursor, toPage } from '../core/page.ts';
import { listOf, text } from '../core/text.ts';
import type { Ctx } from '../store/index.ts';
import { notificationStatuses, notificationView, viewNotification } from './notification-view.ts';
import { findLeaseEnd, findNotification, listNotifications, putBack } from './queries-list.ts';

export const notificationsList = defineAction({
  name: 'notifications.list',
  summary: 'List messages of the outbox, newest first',
  input: z.strictObject({
    status_in: listOf(z.enum(notificationStatuses)).optional(),
    channel: text(200, 1).optional(),
    incident_id: text(100, 1).optional(),
    ...pageInput,
  }),
  output: pageOf(notificationView),
  entitlement: 'tools.alerts.read',
  http: { method: 'GET', path: '/v1/notifications' },
  cli: { command: 'notify list' },
  async run(ctx: Ctx, { cursor, limit, ...filters }) {
    const rows = await listNotifications(ctx, filters, readCursor(cursor), limit + 1);
    return toPage(rows, limit, (row) => row.notification_id, viewNotification);
  },
});

const retryable = ['failed', 'dead', 'skipped_dry_run', 'skipped_unconfigured'];

export const notificationsRetry = defineAction({
  name: 'notifications.retry',
  summary: 'Send a message again that was given up or skipped',
  input: z.strictObject({ id: text(100, 1) }),
  output: notificationView,
  entitlement: 'tools.notify.write',
  http: { method: 'POST', path: '/v1/notifications/:id/retry' },
  cli: { command: 'notify retry', args: ['id'] },
  async run(ctx: Ctx, { id }) {
    const row = await requireNotification(ctx, id);
    if (!retryable.includes(row.status)) throw isNotRetryable(id, row.status);
    // A later message of the same thread may be under way: one at a time.
    const busyUntil = await findLeaseEnd(ctx, row.channel, row.thread);
    const nextAttemptAt = Math.max(ctx.clock.now(), busyUntil ?? 0);
    const isOurs = await putBack(ctx, id, row.status, nextAttemptAt);
    const after = await requireNotification(ctx, id);
    if (!isOurs) throw isNotRetryable(id, after.status);
    return viewNotification(after);
  },
});

async function requireNotification(ctx: Ctx, id: string) {
  const row = await findNotification(ctx, id);
  if (!row) throw new AppError('NOT_FOUND', `there is no message ${id}`);
  return row;
}

function isNotRetryable(id: string, status: string): AppError {
  return new AppError('CONFLICT', `message ${id} is ${status}; only ${retryable.join(', ')} can be retried`);
}
