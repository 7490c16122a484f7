import { type SqlBool, sql } from 'kysely';
import type { ClimbStep } from '../config/types.ts';
import type { Ctx } from '../store/index.ts';

/** Where a page of incidents begins: behind this one. */
export type ClimbCursor = { climbedMs: number; incidentId: string };

export const firstClimbing: ClimbCursor = { climbedMs: -1, incidentId: '' };

/**
 * Answers open incidents that nobody has acknowledged and of which a step is due, behind the given one, those
 * that have climbed least first: in the order of their ids SQLite would go through all incidents. Index: incident_climbing.
 */
export async function selectClimbing(
  ctx: Ctx,
  steps: readonly ClimbStep[],
  page: { after: ClimbCursor; limit: number },
): Promise<ClimbCursor[]> {
  const { climbedMs, incidentId } = page.after;
  const nowMs = ctx.clock.now();
  const lastMs = Math.max(...steps.map(({ afterMs }) => afterMs));
  const isDue = steps.map(({ afterMs, match }) => {
    const tests = [
      sql<SqlBool>`climbed_ms < ${afterMs}`,
      sql<SqlBool>`coalesce(reopened_at, created_at) <= ${nowMs - afterMs}`,
      ...(['severity', 'env', 'service'] as const).flatMap((key) => {
        const wanted = match[key];
        return wanted ? [ctx.dialect.isOneOf(sql.ref<string>(key), wanted)] : [];
      }),
    ];
    return sql<SqlBool>`(${sql.join(tests, sql` and `)})`;
  });
  const rows = await ctx.db
    .selectFrom('incident')
    .select(['climbed_ms', 'incident_id'])
    .where(sql<SqlBool>`status = 'open' and acknowledged_at is null`)
    .where('climbed_ms', '<', lastMs)
    .where(sql<SqlBool>`(${sql.join(isDue, sql` or `)})`)
    .where('climbed_ms', '>=', climbedMs)
    .where(sql<SqlBool>`(climbed_ms > ${climbedMs} or incident_id > ${incidentId})`)
    .orderBy('climbed_ms')
    .orderBy('incident_id')
    .limit(page.limit)
    .execute();
  return rows.map((row) => ({ climbedMs: row.climbed_ms, incidentId: row.incident_id }));
}
