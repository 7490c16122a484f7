import { type SqlBool, sql } from 'kysely';
import { type Ctx, type Expired, expiredRows, runStatements } from '../store/index.ts';
import { firstRefAt } from './queries-dashboard.ts';
import { hourMs } from './queries-hours.ts';

/** Answers the alerts that ended before the time, with their events and decisions; those of an open incident stay with it. */
export function expiredAlerts(ctx: Ctx, beforeMs: number): Expired {
  const isOld = sql<SqlBool>`alert_ref < ${firstRefAt(beforeMs)} and ended_at < ${sql.lit(beforeMs)}
    and not exists (select 1 from incident where incident.incident_id = alert.incident_id
    and incident.status in ('open', 'mitigating'))`;
  return expiredRows(ctx, {
    table: 'alert',
    key: ['alert_ref'],
    isOld,
    parts: ['alert_event', 'alert_decision'],
  });
}

/** Answers the senders that were last heard before the time, those that are expected excepted. */
export function expiredSources(ctx: Ctx, beforeMs: number, expected: readonly string[]): Expired {
  const isOld = sql<SqlBool>`last_seen_at < ${sql.lit(beforeMs)}
    and not (${ctx.dialect.isOneOf(sql.ref('source'), expected)})`;
  return expiredRows(ctx, { table: 'alert_source', key: ['source'], isOld });
}

/** Answers the silences that ended before the time. */
export function expiredSilences(ctx: Ctx, beforeMs: number): Expired {
  const isOld = sql<SqlBool>`ends_at < ${sql.lit(beforeMs)}`;
  return expiredRows(ctx, { table: 'silence', key: ['silence_id'], isOld });
}

/** Answers the notes of hours before the time of which no alert is left. */
export function expiredHours(ctx: Ctx, beforeMs: number): Expired {
  const find = async () => {
    const empty = await findEmptyHours(ctx, beforeMs);
    const isOld = sql<SqlBool>`hour_at in (${sql.join(empty.map((hourAt) => sql.lit(hourAt)))})`;
    const nothing: Expired = { count: async () => 0, remove: async () => 0 };
    if (empty.length === 0) return nothing;
    return expiredRows(ctx, { table: 'alert_hour', key: ['dimension', 'value', 'hour_at'], isOld });
  };
  return { count: async () => (await find()).count(), remove: async () => (await find()).remove() };
}

async function findEmptyHours(ctx: Ctx, beforeMs: number): Promise<number[]> {
  const noted = await ctx.db
    .selectFrom('alert_hour')
    .select('hour_at')
    .distinct()
    .where('hour_at', '<', beforeMs - hourMs)
    .execute();
  const found = await runStatements(
    ctx,
    noted.map(({ hour_at: hourAt }) =>
      ctx.db
        .selectFrom('alert')
        .select('alert_ref')
        .where('alert_ref', '>=', firstRefAt(hourAt))
        .where('alert_ref', '<', firstRefAt(hourAt + hourMs))
        .limit(1)
        .compile(),
    ),
  );
  return noted.map(({ hour_at }) => hour_at).filter((_, i) => found[i]?.length === 0);
}
