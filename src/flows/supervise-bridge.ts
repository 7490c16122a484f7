import { ackLocked, findLastHeard, recordDecisions } from '../alerts/index.ts';
import type { PolicyRule } from '../config/types.ts';
import {
  alertsToIncidents,
  type Bridged,
  type BridgePlan,
  type BridgeView,
  giveBackNumbers,
} from '../incidents/index.ts';
import { type AlertRow, runAfterCommit } from '../store/index.ts';
import { describeBridged } from './announce-incident.ts';
import { attachAlert } from './attach-alert.ts';
import type { FlowCtx } from './context.ts';
import { ackOf } from './held-alert.ts';
import { forgetHolder } from './supervise-held.ts';
import { tell } from './tell.ts';
import { triggerByAlerts } from './trigger-runs.ts';

/** What is planned for an alert, and the rule of the policy that asks for it. */
export type Planned = { plan: BridgePlan; rule: PolicyRule };

type Ruled = Bridged & { rule: PolicyRule };

/** Writes planned incidents, their messages, and the acks of their alerts, in the open transaction. */
export async function bridge(
  ctx: FlowCtx,
  planned: readonly Planned[],
  reserved: readonly number[],
): Promise<void> {
  const created = planned.filter(({ plan }) => plan.creates).length;
  await giveBackNumbers(ctx, reserved.length - created);
  if (planned.length === 0) return;
  const plans = planned.map(({ plan }) => plan);
  const bridged = await alertsToIncidents(ctx, plans, reserved);
  const ruled = planned.flatMap(({ rule }, i) => {
    const one = bridged[i];
    return one ? [{ ...one, rule }] : [];
  });
  await tellBridged(ctx, ruled);
  for (const one of ruled) await attachAlert(ctx, one, one.rule.actions);
  await forgetHolder(
    ctx,
    ruled.map(({ alert }) => alert),
  );
  await ackLocked(
    ctx,
    ruled.map(({ alert, reason, incident, rule }) => ({
      ...ackOf(alert, nameReason(reason)),
      incidentId: incident.incident_id,
      announced: true,
      leave: !rule.actions.ack,
    })),
  );
  await recordDecisions(ctx, ruled.flatMap(decisionsOf));
  await triggerByAlerts(
    ctx,
    ruled.map(({ alert }) => alert),
  );
}

/** Writes the messages that bridged alerts are worth, in the open transaction, and counts new incidents. */
export async function tellBridged(ctx: FlowCtx, bridged: readonly Ruled[]): Promise<void> {
  const nowMs = ctx.clock.now();
  await tell(
    ctx,
    bridged.flatMap((one) => describeBridged(one, one.rule.actions.notify, nowMs)),
  );
  const created = bridged.filter((one) => one.created).length;
  runAfterCommit(ctx, () => ctx.metrics.incidentsOpened.inc(created));
}

/**
 * Repeats of an acked alert pass the bridge by, so an incident may look silent while it is not: before it counts as past
 * its window, its alerts are asked.
 */
export async function freshen(
  ctx: FlowCtx,
  view: BridgeView,
  alert: AlertRow,
  rule: PolicyRule,
): Promise<BridgeView> {
  const { holder } = view.facts;
  const windowMs = rule.actions.dedupeWindowMs ?? ctx.config.policy.defaults.dedupeWindowMs;
  if (!holder || ctx.clock.now() - holder.lastAlertAt <= windowMs) return view;
  const heardAt = await findLastHeard(ctx, holder.incidentId, alert.alert_ref);
  const lastAlertAt = Math.max(holder.lastAlertAt, heardAt ?? 0);
  return { ...view, facts: { ...view.facts, holder: { ...holder, lastAlertAt } } };
}

/** What may open no incident, but comes as part of an open one, belongs there however long it was silent. */
export function joinHolder(view: BridgeView, nowMs: number): BridgeView {
  const { holder } = view.facts;
  return { ...view, facts: { ...view.facts, holder: holder && { ...holder, lastAlertAt: nowMs } } };
}

/** `first` is said of the alert itself; its incident has a word of its own. */
function nameReason(reason: Bridged['reason']): string {
  return reason === 'first' ? 'incident_opened' : reason;
}

function decisionsOf({ alert, reason: why, triage, rule }: Ruled) {
  const reason = nameReason(why);
  const decisions = [{ alertRef: alert.alert_ref, reason, rule: rule.name }];
  if (!rule.actions.ack)
    decisions.push({ alertRef: alert.alert_ref, reason: 'left_to_workers', rule: rule.name });
  if (triage?.reason === 'cooldown')
    decisions.push({ alertRef: alert.alert_ref, reason: 'cooldown', rule: rule.name });
  return decisions;
}
