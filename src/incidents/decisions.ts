import { type Ctx, insertMany } from '../store/index.ts';

/** Notes why people heard of incidents, or did not, and what decided it; repeats are counted, not multiplied. In the open transaction. */
export async function recordIncidentDecisions(
  ctx: Ctx,
  decisions: readonly { incidentId: string; reason: string; rule: string | null }[],
): Promise<void> {
  const nowMs = ctx.clock.now();
  // One statement may touch a row once only.
  const once = new Map(decisions.map((one) => [`${one.incidentId} ${one.reason}`, one]));
  const rows = [...once.values()].map(({ incidentId, reason, rule }) => ({
    incident_id: incidentId,
    reason,
    rule,
    occurrences: 1,
    first_at: nowMs,
    last_at: nowMs,
  }));
  await insertMany(ctx, 'incident_decision', rows, { onConflict: countDecisions });
}

const countDecisions = `on conflict (incident_id, reason) do update set rule = excluded.rule,
  occurrences = incident_decision.occurrences + excluded.occurrences, last_at = excluded.last_at`;
