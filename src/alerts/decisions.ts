import { type Ctx, type InsertForEach, insertMany } from '../store/index.ts';

/** Notes why something happened to alerts, or did not, and which rule said so; repeats are counted, not multiplied. */
export async function recordDecisions(
  ctx: Ctx,
  decisions: readonly { alertRef: string; reason: string; rule: string | null }[],
): Promise<void> {
  const nowMs = ctx.clock.now();
  // One statement may touch a row once only.
  const same = Map.groupBy(decisions, ({ alertRef, reason }) => `${alertRef} ${reason}`);
  const rows = [...same].sort(byKey).flatMap(([, group]) =>
    group.slice(-1).map(({ alertRef, reason, rule }) => ({
      alert_ref: alertRef,
      reason,
      rule,
      occurrences: group.length,
      first_at: nowMs,
      last_at: nowMs,
    })),
  );
  await insertMany(ctx, 'alert_decision', rows, { onConflict: countDecisions });
}

/** In one order for all writers, so that two never wait for each other crosswise. */
function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** Counts repeats of a decision into the row that is there. */
export const countDecisions = `on conflict (alert_ref, reason) do update set rule = excluded.rule,
  occurrences = alert_decision.occurrences + excluded.occurrences, last_at = excluded.last_at`;

/** Notes it of each alert that a statement answers, with how many reports it took. */
export function countDecisionOfEach(
  reason: string,
  nowMs: number,
): InsertForEach<{ alert_ref: string; reports: number }> {
  return {
    table: 'alert_decision',
    taken: { alert_ref: 'alert_ref', occurrences: 'reports' },
    alike: { reason, rule: null, first_at: nowMs, last_at: nowMs },
    onConflict: countDecisions,
  };
}
