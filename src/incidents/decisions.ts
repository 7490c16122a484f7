import { type Ctx, insertMany } from '../store/index.ts';

/** Notes why people heard of an incident, or did not, and what decided it; repeats are counted, not multiplied. In the open transaction. */
export async function recordIncidentDecisions(
  ctx: Ctx,
  incidentId: string,
  decisions: readonly { reason: string; rule: string | null }[],
): Promise<void> {
  const nowMs = ctx.clock.now();
  const byReason = new Map(decisions.map((decision) => [decision.reason, decision]));
  const rows = [...byReason.values()].map(({ reason, rule }) => ({
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
