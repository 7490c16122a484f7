import { describeError } from '../core/errors.ts';
import { claimTriages, failTriage, finishTriage, isWornOut, makeTriageReport } from '../incidents/index.ts';
import { isDatabaseUnavailable, type TriageRow } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { findRule } from './supervise-alert.ts';
import { collectFacts, type LoopLook, lookAtLoop } from './triage-facts.ts';

/** Works on triages that wait, a few at a time; answers how many. */
export async function runTriages(ctx: FlowCtx): Promise<number> {
  const triages = await claimTriages(ctx, ctx.config.policy.defaults.maxTriagesPerRun);
  // It reads up to a thousand alerts, which is most of what a triage costs.
  const loopLook = lookAtLoop(ctx);
  for (const triage of triages) await runTriage(ctx, triage, loopLook);
  return triages.length;
}

/** A failure is noted in the timeline; a database that is away leaves the lease to run out. */
async function runTriage(ctx: FlowCtx, triage: TriageRow, loopLook: LoopLook): Promise<void> {
  try {
    if (isWornOut(triage)) throw new Error('its worker ended in every attempt');
    const about = { incidentId: triage.incident_id, alertRef: triage.alert_ref };
    const facts = await collectFacts(ctx, about, loopLook);
    const wantsSummary = ctx.config.llm !== null && findRule(ctx, facts.alert).actions.triageMode === 'llm';
    await finishTriage(ctx, triage, makeTriageReport(facts, ctx.clock.now()), wantsSummary);
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    ctx.log.error({ tag: 'alert', incident_id: triage.incident_id, err: error }, '[alert] a triage failed');
    await failTriage(ctx, triage, describeError(error));
  }
}
