import { sql } from 'kysely';
import type { Ctx } from '../store/index.ts';

/** The live alerts of one severity about one component. */
export type ComponentAlerts = {
  component: string;
  /** 0 for P0 … 4 for INFO. */
  severity_rank: number;
  alerts: number;
  first_ref: string;
  first_seen_at: number;
};

/**
 * Counts the live alerts of P0 to P2 about components, by severity; null: about all of them. An alert whose fingerprint
 * is `health:` with its component's id is left out: it tells what the component's own checks found.
 * Index: alert_component.
 */
export function countComponentAlerts(
  ctx: Ctx,
  components: readonly string[] | null,
): Promise<ComponentAlerts[]> {
  let query = ctx.db
    .selectFrom('alert')
    .where('component', 'is not', null)
    .where('ended_at', 'is', null)
    .where('severity_rank', '<=', 2)
    .where('fingerprint', '!=', sql<string>`'health:' || component`);
  if (components) query = query.where(ctx.dialect.isOneOf(sql.ref('component'), components));
  return query
    .groupBy(['component', 'severity_rank'])
    .select((eb) => [
      eb.ref('component').$castTo<string>().as('component'),
      'severity_rank',
      eb.fn.countAll<number>().as('alerts'),
      eb.fn.min('alert_ref').as('first_ref'),
      eb.fn.min('first_seen_at').as('first_seen_at'),
    ])
    .orderBy('component')
    .orderBy('severity_rank')
    .execute();
}

/** Answers the references of the live alerts of the keys, by key. Index: alert_live. */
export async function findLiveRefs(ctx: Ctx, dedupeKeys: readonly string[]): Promise<Map<string, string>> {
  const rows = await ctx.db
    .selectFrom('alert')
    .select(['dedupe_key', 'alert_ref'])
    .where('ended_at', 'is', null)
    .where(ctx.dialect.isOneOfHashes('dedupe_key', dedupeKeys))
    .execute();
  return new Map(rows.map((row) => [row.dedupe_key, row.alert_ref]));
}
