import { type CompiledQuery, sql } from 'kysely';
import type { Ctx } from '../store/index.ts';
import { firstRefAt } from './queries-dashboard.ts';

export const hourMs = 3_600_000;

/** What is noted of an hour: which of these its alerts had. Neither ever changes. */
export type Dimension = 'source' | 'kind';
const dimensions: readonly Dimension[] = ['source', 'kind'];

const watermark = 'alert_hours_until';

/** Answers up to when hours are noted; null: none is. Index: counter_key. */
export async function findNotedUntil(ctx: Ctx): Promise<number | null> {
  const row = await ctx.db
    .selectFrom('counter')
    .select('value')
    .where('name', '=', watermark)
    .executeTakeFirst();
  return row?.value ?? null;
}

/** Answers the hour of the first alert that came since a time; null: none did. Index: alert_key. */
export async function findHourSince(ctx: Ctx, sinceMs: number): Promise<number | null> {
  const row = await ctx.db
    .selectFrom('alert')
    .select('first_seen_at')
    .where('alert_ref', '>=', firstRefAt(sinceMs))
    .orderBy('alert_ref')
    .limit(1)
    .executeTakeFirst();
  return row ? row.first_seen_at - (row.first_seen_at % hourMs) : null;
}

/** Notes an hour, again where it was noted before. Index: alert_key, a range of it. */
export function noteHour(ctx: Ctx, hourAt: number): CompiledQuery[] {
  return dimensions.map((dimension) =>
    sql`insert into alert_hour (dimension, value, hour_at, alerts)
      select ${sql.lit(dimension)}, ${sql.ref(dimension)}, cast(${sql.lit(hourAt)} as bigint), count(*)
      from alert where alert_ref >= ${firstRefAt(hourAt)} and alert_ref < ${firstRefAt(hourAt + hourMs)}
      group by ${sql.ref(dimension)}
      on conflict (dimension, value, hour_at) do update set alerts = excluded.alerts`.compile(ctx.db),
  );
}

/** Notes up to when hours are noted; it never goes back. Index: counter_key. */
export function noteUntil(ctx: Ctx, untilMs: number): CompiledQuery {
  return ctx.db
    .insertInto('counter')
    .values({ name: watermark, value: untilMs })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet({ value: untilMs }).where('counter.value', '<', sql.lit(untilMs)),
    )
    .compile();
}

/** Answers the hours in which alerts of one of the values came, up to and with a time, the latest first. Index: alert_hour_key. */
export async function listHours(
  ctx: Ctx,
  of: { dimension: Dimension; values: readonly string[] },
  span: { toMs: number; limit: number },
): Promise<number[]> {
  const rows = await ctx.db
    .selectFrom('alert_hour')
    .select('hour_at')
    .distinct()
    .where('dimension', '=', sql.lit(of.dimension))
    .where(ctx.dialect.isOneOf(sql.ref('value'), of.values))
    .where('hour_at', '<=', span.toMs)
    .orderBy('hour_at', 'desc')
    .limit(span.limit)
    .execute();
  return rows.map((row) => row.hour_at);
}
