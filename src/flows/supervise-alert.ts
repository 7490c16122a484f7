import { ackAlerts, findLastHeard, lockAlerts, recordDecisions, returnAlerts } from '../alerts/index.ts';
import type { PolicyRule } from '../config/types.ts';
import {
  alertToIncident,
  type Bridged,
  type BridgeView,
  type Deferred,
  matchPolicyRule,
  viewBridge,
} from '../incidents/index.ts';
import { type AlertRow, inTransaction, runAfterCommit } from '../store/index.ts';
import { readLabels } from './announce-alert.ts';
import { describeBridged } from './announce-incident.ts';
import { attachAlert } from './attach-alert.ts';
import type { FlowCtx } from './context.ts';
import { ackOf, isHeld } from './held-alert.ts';
import { readSilenceTest } from './silence-test.ts';
import { forgetSilence, holdSilenced } from './supervise-silenced.ts';
import { tell } from './tell.ts';

const deferMs = 5_000;

/** How many incidents and triages a pass may still begin. */
export type Allowance = { incidents: number; triages: number };

/** What became of a claimed alert. */
export type Supervised =
  | { outcome: 'bridged'; bridged: Bridged }
  | { outcome: 'deferred'; reason: Deferred['reason'] }
  /** It has ended, somebody else has it, by now no incident is asked for it, or a silence holds it. */
  | { outcome: 'ended' | 'lost' | 'notify_only' | 'silenced' };

/** An alert that is claimed: all that can be trusted of it is who it is, the rest is read again under its lock. */
export type Claimed = Pick<AlertRow, 'alert_ref' | 'lease_token' | 'signature' | 'service' | 'env'>;

/**
 * Makes one claimed alert part of an incident: incident, timeline, triage, messages and ack in one transaction, so that a
 * kill at any line leaves either all of it or an alert that comes round again.
 */
export function superviseAlert(ctx: FlowCtx, claimed: Claimed, allowance: Allowance): Promise<Supervised> {
  return inTransaction(ctx, async (ctx): Promise<Supervised> => {
    const policy = ctx.config.policy;
    const view = await viewBridge(ctx, claimed, policy.defaults);
    const [alert] = await lockAlerts(ctx, [claimed.alert_ref]);
    if (!alert || !isHeld(alert, claimed)) return { outcome: 'lost' };
    if (alert.ended_at !== null) {
      await ackAlerts(ctx, [ackOf(alert, 'resolved_before_triage')]);
      return { outcome: 'ended' };
    }
    const silence = (await readSilenceTest(ctx))(alert);
    if (silence) {
      await holdSilenced(ctx, [{ alert, silence }]);
      return { outcome: 'silenced' };
    }
    const rule = findRule(ctx, alert);
    if (rule.actions.autoIncident)
      return bridge(ctx, alert, rule, await freshen(ctx, view, alert, rule), allowance);
    if (view.facts.holder?.incidentId !== alert.incident_id) return { outcome: 'notify_only' };
    return bridge(ctx, alert, rule, joinHolder(view, ctx.clock.now()), allowance);
  });
}

async function bridge(
  ctx: FlowCtx,
  alert: AlertRow,
  rule: PolicyRule,
  view: BridgeView,
  allowance: Allowance,
): Promise<Supervised> {
  const { incidentSeverityCap: severityCap, dedupeWindowMs, autoTriage, notify } = rule.actions;
  const bridged = await alertToIncident(ctx, alert, view, {
    severityCap,
    dedupeWindowMs,
    autoTriage,
    policy: ctx.config.policy.defaults,
    mayCreate: allowance.incidents > 0,
    mayTriage: allowance.triages > 0,
  });
  if (!bridged.done) {
    const held = [{ alertRef: alert.alert_ref, leaseToken: alert.lease_token ?? '' }];
    await returnAlerts(ctx, held, ctx.clock.now() + deferMs, bridged.reason);
    const { reason } = bridged;
    await recordDecisions(ctx, [{ alertRef: alert.alert_ref, reason, rule: `defaults.${reason}` }]);
    return { outcome: 'deferred', reason };
  }
  await tellBridged(ctx, bridged, alert, notify);
  await attachAlert(ctx, bridged, alert, rule.actions);
  const incidentId = bridged.incident.incident_id;
  await forgetSilence(ctx, [alert]);
  const leave = !rule.actions.ack;
  await ackAlerts(ctx, [{ ...ackOf(alert, bridged.reason), incidentId, announced: true, leave }]);
  await recordDecisions(ctx, decisionsOf(bridged, alert, rule));
  return { outcome: 'bridged', bridged };
}

/** Writes the messages that a bridged alert is worth, in the open transaction, and counts a new incident. */
export async function tellBridged(
  ctx: FlowCtx,
  bridged: Bridged,
  alert: AlertRow,
  onlyRoutes: readonly string[] | null,
): Promise<void> {
  const announcements = describeBridged(bridged, alert, onlyRoutes, ctx.clock.now());
  await tell(ctx, announcements);
  if (bridged.created) runAfterCommit(ctx, () => ctx.metrics.incidentsOpened.inc());
}

/** Answers the policy's rule for an alert. */
export function findRule(ctx: FlowCtx, alert: AlertRow): PolicyRule {
  return matchPolicyRule(ctx.config.policy, { ...alert, labels: readLabels(alert) });
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
function joinHolder(view: BridgeView, nowMs: number): BridgeView {
  const { holder } = view.facts;
  return { ...view, facts: { ...view.facts, holder: holder && { ...holder, lastAlertAt: nowMs } } };
}

function decisionsOf(bridged: Bridged, alert: AlertRow, rule: PolicyRule) {
  // `first` is said of the alert itself; its incident has a word of its own.
  const reason: string = bridged.reason === 'first' ? 'incident_opened' : bridged.reason;
  const decisions = [{ alertRef: alert.alert_ref, reason, rule: rule.name }];
  if (!rule.actions.ack)
    decisions.push({ alertRef: alert.alert_ref, reason: 'left_to_workers', rule: rule.name });
  if (bridged.triage?.reason === 'cooldown')
    decisions.push({ alertRef: alert.alert_ref, reason: 'cooldown', rule: rule.name });
  return decisions;
}
