import { findOwnAlerts, recordDecisions } from '../alerts/index.ts';
import type { ComponentGraph } from '../health/index.ts';
import type { FlowCtx } from './context.ts';
import type { HeldFailure } from './health-fold.ts';

const reason = 'upstream_down';
const mostNamed = 10;

/**
 * Notes why failures of dependants raise no alerts: on the alert of what they need, and on their own where one is live from
 * before. In the open transaction.
 */
export async function recordHeld(
  ctx: FlowCtx,
  held: readonly HeldFailure[],
  graph: ComponentGraph,
): Promise<void> {
  if (held.length === 0) return;
  const refs = await findOwnAlerts(ctx, [
    ...new Set(held.flatMap(({ component, upstreams }) => [component, ...upstreams])),
  ]);
  const decisions = held.flatMap(({ component, upstreams }) => [
    { about: component, rule: `${upstreams.join(', ')}: ${component}` },
    ...upstreams.map((id) => ({ about: id, rule: `${id}: ${nameSome([...graph.dependantsOf(id)])}` })),
  ]);
  await recordDecisions(
    ctx,
    decisions.flatMap(({ about, rule }) => {
      const alertRef = refs.get(about);
      return alertRef === undefined ? [] : [{ alertRef, reason, rule }];
    }),
  );
}

function nameSome(ids: readonly string[]): string {
  const named = ids.toSorted().slice(0, mostNamed).join(', ');
  return ids.length > mostNamed ? `${named} and ${ids.length - mostNamed} more` : named;
}
