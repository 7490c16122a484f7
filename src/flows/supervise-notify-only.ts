import { ackAlerts, lockAlerts, recordDecisions, returnAlerts } from '../alerts/index.ts';
import { announceMany } from '../notify/index.ts';
import { type AlertRow, inTransaction, runAfterCommit } from '../store/index.ts';
import { describeFiring } from './announce-alert.ts';
import type { FlowCtx } from './context.ts';
import { ackOf, findRule, isHeld, notifySettings } from './supervise-alert.ts';

const reason = 'notify_only';

/**
 * Tells of claimed alerts that open no incident, all in one transaction: messages, acks and the trail of why. One that by
 * now asks for an incident is given back at once.
 */
export function superviseNotifyOnly(ctx: FlowCtx, claimed: readonly AlertRow[]): Promise<void> {
  if (claimed.length === 0) return Promise.resolve();
  const tokens = new Map(claimed.map((alert) => [alert.alert_ref, alert.lease_token]));
  return inTransaction(ctx, async (ctx) => {
    const rows = await lockAlerts(ctx, [...tokens.keys()]);
    const held = rows.filter((row) => isHeld(row, { lease_token: tokens.get(row.alert_ref) ?? null }));
    const ended = held.filter((row) => row.ended_at !== null);
    const live = held
      .filter((row) => row.ended_at === null)
      .map((alert) => ({ alert, rule: findRule(ctx, alert) }));
    const told = live.filter(({ rule }) => !rule.actions.autoIncident);
    const risen = live.filter(({ rule }) => rule.actions.autoIncident).map(({ alert }) => alert);
    await giveBack(ctx, risen);
    await announceMany(
      ctx,
      told.map(({ alert, rule }) => describeFiring(alert, reason, rule.actions.notify)),
      notifySettings(ctx),
    );
    await ackAlerts(ctx, [
      ...ended.map((alert) => ackOf(alert, 'resolved_before_triage')),
      ...told.map(({ alert }) => ({ ...ackOf(alert, reason), announced: true })),
    ]);
    await recordDecisions(
      ctx,
      told.map(({ alert, rule }) => ({ alertRef: alert.alert_ref, reason, rule: rule.name })),
    );
  });
}

async function giveBack(ctx: FlowCtx, alerts: readonly AlertRow[]): Promise<void> {
  const held = alerts.map((alert) => ({ alertRef: alert.alert_ref, leaseToken: alert.lease_token ?? '' }));
  if (held.length === 0) return;
  await returnAlerts(ctx, held, null, 'severity_raised');
  runAfterCommit(ctx, ctx.signals.alerts.ring);
}
