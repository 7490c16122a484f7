import { type SqlBool, sql } from 'kysely';
import { type Ctx, type Expired, expiredRows } from '../store/index.ts';
import { uncount } from './note-blocks.ts';
import { firstRefAt } from './queries-dashboard.ts';

/** Answers the alerts that ended before the time, with their events and decisions; those of an open incident stay with it. */
export function expiredAlerts(ctx: Ctx, beforeMs: number): Expired {
  const isOld = sql<SqlBool>`alert_ref < ${firstRefAt(beforeMs)} and ended_at < ${beforeMs}
    and not exists (select 1 from incident where incident.incident_id = alert.incident_id
    and incident.status in ('open', 'mitigating'))`;
  return expiredRows(ctx, {
    table: 'alert',
    key: ['alert_ref'],
    isOld,
    parts: ['alert_event', 'alert_decision'],
    alongside: uncount,
  });
}

/** Answers the senders that were last heard before the time, those that are expected excepted. */
export function expiredSources(ctx: Ctx, beforeMs: number, expected: readonly string[]): Expired {
  const isOld = sql<SqlBool>`last_seen_at < ${beforeMs}
    and not (${ctx.dialect.isOneOf(sql.ref('source'), expected)})`;
  return expiredRows(ctx, { table: 'alert_source', key: ['source'], isOld });
}

/** Answers the silences that ended before the time. */
export function expiredSilences(ctx: Ctx, beforeMs: number): Expired {
  const isOld = sql<SqlBool>`ends_at < ${beforeMs}`;
  return expiredRows(ctx, { table: 'silence', key: ['silence_id'], isOld });
}
