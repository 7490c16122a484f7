import { ingest, sendRound } from '../alerts/index.ts';
import type { AlertReport } from '../core/hand-over.ts';
import {
  type ComponentGraph,
  createGraphs,
  listCheckRecords,
  listTogether,
  lockLeaseToken,
  writeHealth,
} from '../health/index.ts';
import { createGroupCommit, inTransaction, runAfterCommit } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { listWorkUnderWay } from './find-maintenance.ts';
import { foldProbed, type Probed } from './health-fold.ts';
import { groupOf } from './health-groups.ts';
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
  const upstreams = new Set(ids.flatMap((id) => [...graph.upstreamsOf(id)]));
  const states = await listTogether(ctx, ids, [...upstreams]);
  const together = states.flatMap(({ component, toldBy }) => (groupOf(component, toldBy) ? [component] : []));
  const records = await listCheckRecords(ctx, [...new Set([...ids, ...together])]);
  const nowMs = ctx.clock.now();
  const { reports, grown, held, ...writes } = foldProbed(graph, probed, { records, states }, nowMs);
  const maintenance = listWorkUnderWay(ctx.config, nowMs, writes.results, graph);
  await writeHealth(ctx, { ...writes, maintenance });
  if (reports.length > 0) await tellAlerts(ctx, reports, grown);
  await recordHeld(ctx, held, graph);
}

async function tellAlerts(
  ctx: FlowCtx,
  reports: readonly AlertReport[],
  grown: ReadonlySet<AlertReport>,
): Promise<void> {
  const { hasWork, answers } = await ingest(ctx, reports, ctx.config.policy.defaults);
  const answered = reports.map((report, i) => ({ report, ref: answers[i]?.alert_ref ?? null }));
  const goesRound = await sendRound(
    ctx,
    answered.flatMap(({ report, ref }) => (ref !== null && grown.has(report) ? [ref] : [])),
  );
  const hasEnded = answered.some(({ report, ref }) => report.status === 'resolved' && ref !== null);
  if (hasWork || hasEnded || goesRound) runAfterCommit(ctx, () => ctx.signals.alerts.ring());
}
