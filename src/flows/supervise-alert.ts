import { type Holder, holdAlerts, recordDecisions, returnAlerts } from '../alerts/index.ts';
import type { PolicyRule } from '../config/types.ts';
import {
  type BridgePlan,
  type BridgeView,
  type Deferred,
  matchPolicyRule,
  planBridge,
  reserveNumbers,
  viewBridges,
} from '../incidents/index.ts';
import { type AlertRow, ask, inTransaction } from '../store/index.ts';
import { readLabels } from './announce-alert.ts';
import type { FlowCtx } from './context.ts';
import { ackEnded, ackOf, type HeldAlert, isHeld } from './held-alert.ts';
import { holderTest } from './holder-test.ts';
import { bridge, freshen, joinHolder, type Planned } from './supervise-bridge.ts';
import { keepHeld } from './supervise-held.ts';

const deferMs = 5_000;

/** How many incidents and triages a pass may still begin. */
export type Allowance = { incidents: number; triages: number };

/** What became of a claimed alert. */
export type Supervised = { alertRef: string } & Verdict;

type Verdict =
  | ({ outcome: 'bridged' } & Planned)
  | { outcome: 'deferred'; alert: AlertRow; reason: Deferred['reason'] }
  | { outcome: 'ended'; alert: AlertRow }
  | ({ outcome: 'held' } & HeldAlert)
  /** Another of them is about the same incident: this one is to be worked on after it. */
  | { outcome: 'entangled' }
  /** Somebody else has it, or by now no incident is asked for it. */
  | { outcome: 'lost' | 'notify_only' };

/**
 * Makes claimed alerts of different services part of incidents: incidents, timelines, triages, messages and acks in one
 * transaction, so that a kill at any line leaves either all of it or alerts that come round again. All that can be trusted
 * of them is who they are; the rest is read again under their locks.
 */
export function superviseAlerts(
  ctx: FlowCtx,
  claimed: readonly AlertRow[],
  allowance: Allowance,
): Promise<Supervised[]> {
  return inTransaction(ctx, async (ctx) => {
    const refs = claimed.map((alert) => alert.alert_ref);
    const [views, rows, holderOf, numbers] = await ask(
      ctx,
      viewBridges(ctx, claimed, ctx.config.policy.defaults),
      holdAlerts(ctx, refs),
      holderTest(ctx, claimed),
      reserveNumbers(ctx, Math.min(claimed.length, allowance.incidents)),
    );
    const alertOf = new Map(rows.map((alert) => [alert.alert_ref, alert]));
    const left = { ...allowance };
    const taken = new Set<string>();
    const supervised: Supervised[] = [];
    for (const [i, view] of views.entries()) {
      const alertRef = refs[i] ?? '';
      const alert = alertOf.get(alertRef);
      const isOurs = alert !== undefined && isHeld(alert, { lease_token: claimed[i]?.lease_token ?? null });
      const verdict: Verdict = isOurs
        ? await decide(ctx, alert, { view, holder: holderOf(alert), taken, left })
        : { outcome: 'lost' };
      supervised.push({ alertRef, ...verdict });
    }
    await settle(ctx, supervised, numbers);
    return supervised;
  });
}

type Known = {
  view: BridgeView;
  holder: Holder | null;
  /** Incidents that others of the same transaction are about. */
  taken: Set<string>;
  left: Allowance;
};

/** Writes nothing: takes what it needs from what is left, and the incidents of its view. */
async function decide(ctx: FlowCtx, alert: AlertRow, known: Known): Promise<Verdict> {
  const { holder, taken, left } = known;
  if (alert.ended_at !== null) return { outcome: 'ended', alert };
  if (holder) return { outcome: 'held', alert, holder };
  const rule = findRule(ctx, alert);
  const { autoIncident, incidentSeverityCap: severityCap, dedupeWindowMs, autoTriage } = rule.actions;
  const isInHolder = known.view.facts.holder?.incidentId === alert.incident_id;
  if (!autoIncident && !isInHolder) return { outcome: 'notify_only' };
  const around = [...known.view.rows.keys()];
  if (around.some((incidentId) => taken.has(incidentId))) return { outcome: 'entangled' };
  const view = autoIncident
    ? await freshen(ctx, known.view, alert, rule)
    : joinHolder(known.view, ctx.clock.now());
  const plan = planBridge(ctx, alert, view, {
    ...{ severityCap, dedupeWindowMs, autoTriage },
    policy: ctx.config.policy.defaults,
    mayCreate: left.incidents > 0,
    mayTriage: left.triages > 0,
  });
  if (!plan.done) return { outcome: 'deferred', alert, reason: plan.reason };
  for (const incidentId of around) taken.add(incidentId);
  spend(left, plan);
  return { outcome: 'bridged', plan, rule };
}

/** Takes what a plan begins from what may still begin. */
export function spend(allowance: Allowance, plan: BridgePlan): void {
  if (plan.creates) allowance.incidents--;
  if (plan.triage?.run) allowance.triages--;
}

/** Writes what was decided, in the open transaction. */
async function settle(
  ctx: FlowCtx,
  supervised: readonly Supervised[],
  numbers: readonly number[],
): Promise<void> {
  const ended = supervised.filter((one) => one.outcome === 'ended');
  await ackEnded(
    ctx,
    ended.map(({ alert }) => alert),
  );
  await keepHeld(
    ctx,
    supervised.filter((one) => one.outcome === 'held'),
  );
  await defer(
    ctx,
    supervised.filter((one) => one.outcome === 'deferred'),
  );
  await bridge(
    ctx,
    supervised.filter((one) => one.outcome === 'bridged'),
    numbers,
  );
}

async function defer(
  ctx: FlowCtx,
  deferred: readonly { alert: AlertRow; reason: Deferred['reason'] }[],
): Promise<void> {
  for (const [reason, group] of Map.groupBy(deferred, (one) => one.reason)) {
    const held = group.map(({ alert }) => ackOf(alert, reason));
    await returnAlerts(ctx, held, ctx.clock.now() + deferMs, reason);
    const rule = `defaults.${reason}`;
    await recordDecisions(
      ctx,
      held.map(({ alertRef }) => ({ alertRef, reason, rule })),
    );
  }
}

/** Answers the policy's rule for an alert. */
export function findRule(ctx: FlowCtx, alert: AlertRow): PolicyRule {
  return matchPolicyRule(ctx.config.policy, { ...alert, labels: readLabels(alert) });
}
