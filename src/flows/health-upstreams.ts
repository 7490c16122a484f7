import { type CheckOutcome, runCheck } from '../checks/index.ts';
import type { CheckConfig } from '../config/types.ts';
import { createGraphs, findCheckRecord, isFailing, listComponentStates } from '../health/index.ts';
import type { FlowCtx } from './context.ts';
import { foldOutcome } from './health-fold.ts';

export type UpstreamProbesDeps = {
  makeCtx(): FlowCtx;
  /** Answers what the outcome of a run that began then counts as. */
  weigh(outcome: CheckOutcome, startedAt: number): Promise<CheckOutcome>;
  /** Where such outcomes of scheduled checks go. */
  take(componentId: string, check: CheckConfig, outcome: CheckOutcome, startedAt: number): Promise<void>;
  signal: AbortSignal;
};

/** Looks at what a dependant needs before the dependant is called down. */
export type UpstreamProbes = {
  /** Answers whether an upstream that is not known to be down was found down now. Asks nothing where the failure changes nothing. */
  findDown(componentId: string, check: CheckConfig, outcome: CheckOutcome): Promise<boolean>;
};

/** Answers probes of upstreams: each upstream is asked once at a time, whoever waits for it. */
export function createUpstreamProbes({ makeCtx, weigh, take, signal }: UpstreamProbesDeps): UpstreamProbes {
  const graphOf = createGraphs();
  const underWay = new Map<string, Promise<boolean>>();

  const runOne = async (ctx: FlowCtx, id: string, check: CheckConfig): Promise<boolean> => {
    const startedAt = ctx.clock.now();
    const outcome = await weigh(await runCheck(check, { clock: ctx.clock, signal }), startedAt);
    // Of a check without an interval nothing is kept; what it says now counts all the same.
    if (check.intervalMs !== null && !signal.aborted) await take(id, check, outcome, startedAt);
    return outcome.status === 'down';
  };
  const probe = (ctx: FlowCtx, id: string): Promise<boolean> => {
    const checks = graphOf(ctx.config.components).find(id)?.checks ?? [];
    const started =
      underWay.get(id) ??
      Promise.all(checks.map((check) => runOne(ctx, id, check)))
        .then((downs) => downs.includes(true))
        .finally(() => underWay.delete(id));
    underWay.set(id, started);
    return started;
  };

  return {
    async findDown(componentId, check, outcome) {
      const ctx = makeCtx();
      if (!isFailing(outcome.status)) return false;
      const upstreams = graphOf(ctx.config.components).upstreamsOf(componentId);
      if (upstreams.size === 0 || !(await isDecisive(ctx, componentId, check, outcome))) return false;
      const states = await listComponentStates(ctx, [...upstreams]);
      // One that is known to be down accounts for the failure already.
      if (states.some(({ status }) => status === 'down')) return false;
      const downs = await Promise.all([...upstreams].map((id) => probe(ctx, id)));
      return downs.includes(true);
    },
  };
}

/** Answers whether the failure would change the check's status, or is one that an upstream accounted for until now. */
async function isDecisive(ctx: FlowCtx, componentId: string, check: CheckConfig, outcome: CheckOutcome) {
  const { before, after } = await findStep(ctx, componentId, check, outcome);
  if (!isFailing(after)) return false;
  if (after !== before) return true;
  const [state] = await listComponentStates(ctx, [componentId]);
  return state?.reason === 'upstream_down';
}

/** Answers whether the outcome would change the status of a scheduled check. */
export async function wouldChange(
  ctx: FlowCtx,
  componentId: string,
  check: CheckConfig,
  outcome: CheckOutcome,
) {
  const { before, after } = await findStep(ctx, componentId, check, outcome);
  return before !== after;
}

/** Answers the status of a scheduled check, null where nothing is kept of it, and the one that the outcome would make of it. */
async function findStep(ctx: FlowCtx, componentId: string, check: CheckConfig, outcome: CheckOutcome) {
  const before = await findCheckRecord(ctx, componentId, check.name);
  const after = foldOutcome(componentId, check, before, outcome, ctx.clock.now());
  return { before: before?.status ?? null, after: after.status };
}
