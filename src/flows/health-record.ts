import { ingest } from '../alerts/index.ts';
import {
  type ComponentGraph,
  createGraphs,
  listCheckRecords,
  listComponentStates,
  lockLeaseToken,
  writeHealth,
} from '../health/index.ts';
import { createGroupCommit, inTransaction, runAfterCommit } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { foldProbed, type Probed } from './health-fold.ts';
import { recordHeld } from './health-held.ts';

/** The lease of the process that runs the checks. */
export const checksLease = 'checks';

const maxResultsPerCommit = 1000;

/** Keeps results of scheduled checks: those that come together are committed together, with what they make of components and alerts. */
export type ProbeRecorder = {
  /** Resolves once the result is durable; false: not kept, as another process holds the lease now. */
  record(probed: Probed, leaseToken: string): Promise<boolean>;
  /** Resolves when nothing waits to be committed. */
  idle(): Promise<void>;
};

type Item = { probed: Probed; leaseToken: string };

/** Answers where results are kept; `makeCtx` is asked anew for every commit. */
export function createProbeRecorder(makeCtx: () => FlowCtx): ProbeRecorder {
  const graphOf = createGraphs();
  const group = createGroupCommit<Item, boolean>({
    maxWeight: maxResultsPerCommit,
    // The configuration is read when nobody else writes: what was removed meanwhile must not come back.
    commit: (items) => commitResults(makeCtx(), items, () => graphOf(makeCtx().config.components)),
  });
  return {
    record: (probed, leaseToken) => group.submit({ probed, leaseToken }),
    idle: group.idle,
  };
}

/** Results, states, steps and alerts in one transaction, so that a process killed at any line has kept all of it or none. */
function commitResults(
  ctx: FlowCtx,
  items: readonly Item[],
  graph: () => ComponentGraph,
): Promise<boolean[]> {
  return inTransaction(ctx, async (ctx) => {
    const token = await lockLeaseToken(ctx, checksLease);
    const kept = items.filter(({ leaseToken }) => leaseToken === token).map(({ probed }) => probed);
    if (kept.length > 0) await keep(ctx, kept, graph());
    return items.map(({ leaseToken }) => leaseToken === token);
  });
}

async function keep(ctx: FlowCtx, probed: readonly Probed[], graph: ComponentGraph): Promise<void> {
  const ids = [...new Set(probed.map(({ componentId }) => componentId))];
  const withUpstreams = new Set(ids.flatMap((id) => [id, ...graph.upstreamsOf(id)]));
  const records = await listCheckRecords(ctx, ids);
  const states = await listComponentStates(ctx, [...withUpstreams]);
  const { reports, held, ...writes } = foldProbed(graph, probed, { records, states });
  await writeHealth(ctx, writes);
  await recordHeld(ctx, held, graph);
  if (reports.length === 0) return;
  const { hasWork, answers } = await ingest(ctx, reports, ctx.config.policy.defaults);
  const hasEnded = answers.some(
    (answer, i) => reports[i]?.status === 'resolved' && answer.alert_ref !== null,
  );
  if (hasWork || hasEnded) runAfterCommit(ctx, () => ctx.signals.alerts.ring());
}
