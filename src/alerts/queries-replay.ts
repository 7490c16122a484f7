import { sql } from 'kysely';
import type { AlertRow, Ctx, SilenceRow } from '../store/index.ts';
import { firstRefAt } from './queries-dashboard.ts';

/** Answers alerts that came since the time, those about Tocsin itself excepted, oldest first, after the reference. Index: the primary key. */
export function selectRecordedAlerts(
  ctx: Ctx,
  sinceMs: number,
  page: { afterRef: string; limit: number },
): Promise<AlertRow[]> {
  return ctx.db
    .selectFrom('alert')
    .selectAll()
    .where('alert_ref', '>=', firstRefAt(sinceMs))
    .where('alert_ref', '>', page.afterRef)
    .where('service', '!=', 'tocsin')
    .orderBy('alert_ref')
    .limit(page.limit)
    .execute();
}

/** Answers which of the alerts ended because another one took their place. Index: the primary key of the events. */
export async function selectSuperseded(ctx: Ctx, refs: readonly string[]): Promise<Set<string>> {
  const rows = await ctx.db
    .selectFrom('alert_event')
    .select('alert_ref')
    .where(ctx.dialect.isOneOf(sql.ref('alert_ref'), refs))
    .where('reason', '=', 'superseded')
    .execute();
  return new Set(rows.map((row) => row.alert_ref));
}

/** Answers the silences that were on at the time or later. Index: silence_end. */
export function selectSilencesSince(ctx: Ctx, sinceMs: number): Promise<SilenceRow[]> {
  return ctx.db
    .selectFrom('silence')
    .selectAll()
    .where('ends_at', '>', sinceMs)
    .orderBy('silence_id')
    .execute();
}
