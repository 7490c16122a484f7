import { type SqlBool, sql } from 'kysely';
import type { ClimbStep } from '../config/types.ts';
import type { Ctx } from '../store/index.ts';

/**
 * Answers ids of open incidents that nobody has acknowledged and of which a step is due, behind the given one, in their
 * order. Index: incident_climbing.
 */
export async function selectClimbing(
  ctx: Ctx,
  steps: readonly ClimbStep[],
  page: { afterId: string; limit: number },
): Promise<string[]> {
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
    .select('incident_id')
    .where(sql<SqlBool>`status = 'open' and acknowledged_at is null`)
    .where('climbed_ms', '<', lastMs)
    .where(sql<SqlBool>`(${sql.join(isDue, sql` or `)})`)
    .where('incident_id', '>', page.afterId)
    .orderBy('incident_id')
    .limit(page.limit)
    .execute();
  return rows.map((row) => row.incident_id);
}
