import { type SqlBool, sql } from 'kysely';
import { type Ctx, type Expired, expiredRows } from '../store/index.ts';

/** Answers the messages that were made before the time and wait for nothing; who heard of what goes on is to hear its end, so they stay till then. */
export function expiredNotifications(ctx: Ctx, beforeMs: number): Expired {
  const isOld = sql<SqlBool>`created_at < ${beforeMs} and status not in ('pending', 'sending')
    and not exists (select 1 from incident where incident.incident_id = notification.thread
    and incident.status in ('open', 'mitigating'))
    and not exists (select 1 from alert where alert.alert_ref = notification.thread and alert.ended_at is null)`;
  return expiredRows(ctx, { table: 'notification', key: ['notification_id'], isOld });
}
