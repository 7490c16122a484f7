import { type Ctx, insertMany } from '../store/index.ts';

/** Notes why something happened to alerts, or did not, and which rule said so; repeats are counted, not multiplied. */
export async function recordDecisions(
  ctx: Ctx,
  decisions: readonly { alertRef: string; reason: string; rule: string | null }[],
): Promise<void> {
  const nowMs = ctx.clock.now();
  const rows = decisions.map(({ alertRef, reason, rule }) => ({
    alert_ref: alertRef,
    reason,
    rule,
    occurrences: 1,
    first_at: nowMs,
    last_at: nowMs,
  }));
  await insertMany(ctx, 'alert_decision', rows, { onConflict: countDecisions });
}

/** Counts repeats of a decision into the row that is there. */
export const countDecisions = `on conflict (alert_ref, reason) do update set rule = excluded.rule,
  occurrences = alert_decision.occurrences + excluded.occurrences, last_at = excluded.last_at`;
