import { ackLocked, type Holder, holdAlerts, returnAlerts } from '../alerts/index.ts';
import { type AlertRow, ask, runAfterCommit } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { holderTest } from './holder-test.ts';

/** Answers whether the alert is still ours to work on. */
export function isHeld(alert: AlertRow, claimed: Pick<AlertRow, 'lease_token'>): boolean {
  return alert.status === 'processing' && alert.lease_token === claimed.lease_token;
}

/** Answers the ack of a held alert. */
export function ackOf(alert: Pick<AlertRow, 'alert_ref' | 'lease_token'>, reason: string) {
  return { alertRef: alert.alert_ref, leaseToken: alert.lease_token ?? '', reason, note: null };
}

/** Gives claimed alerts back at once, without an attempt counted. In the open transaction. */
export async function giveBack(ctx: FlowCtx, alerts: readonly AlertRow[], reason: string): Promise<void> {
  const held = alerts.map((alert) => ({ alertRef: alert.alert_ref, leaseToken: alert.lease_token ?? '' }));
  if (held.length === 0) return;
  await returnAlerts(ctx, held, null, reason);
  runAfterCommit(ctx, ctx.signals.alerts.ring);
}

/** An alert and what holds it. */
export type HeldAlert = { alert: AlertRow; holder: Holder };

type Sorted = { ended: AlertRow[]; held: HeldAlert[]; live: AlertRow[] };

/** Locks the claimed alerts until the commit and answers those that are still ours: ended, held by something, or to be told. */
export async function sortClaimed(ctx: FlowCtx, claimed: readonly AlertRow[]): Promise<Sorted> {
  const tokens = new Map(claimed.map((alert) => [alert.alert_ref, alert.lease_token]));
  const [rows, holderOf] = await ask(ctx, holdAlerts(ctx, [...tokens.keys()]), holderTest(ctx, claimed));
  const sorted: Sorted = { ended: [], held: [], live: [] };
  for (const alert of rows) {
    if (!isHeld(alert, { lease_token: tokens.get(alert.alert_ref) ?? null })) continue;
    const holder = alert.ended_at === null ? holderOf(alert) : null;
    if (alert.ended_at !== null) sorted.ended.push(alert);
    else if (holder) sorted.held.push({ alert, holder });
    else sorted.live.push(alert);
  }
  return sorted;
}

/** Ends the work on claimed alerts that ended before anything was told of them. In the open transaction. */
export async function ackEnded(ctx: FlowCtx, ended: readonly AlertRow[]): Promise<void> {
  await ackLocked(
    ctx,
    ended.map((alert) => ackOf(alert, 'resolved_before_triage')),
  );
}
