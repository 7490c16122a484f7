import {
  type AlertRow,
  type AlertStatus,
  type Ctx,
  insertMany,
  inTransaction,
  updateMany,
} from '../store/index.ts';
import { endOf } from './decide.ts';
import { requireAlertForUpdate } from './get.ts';
import { hasLapsed, lockLapsed, lockLiveOfIncident } from './queries-incident.ts';

const batch = 500;

/** Ends one live alert by hand; one that has ended stays as it is. Throws NOT_FOUND. */
export function resolveAlert(ctx: Ctx, alertRef: string, note: string | null): Promise<AlertRow> {
  return inTransaction(ctx, async (ctx) => {
    const alert = await requireAlertForUpdate(ctx, alertRef);
    if (alert.ended_at !== null) return alert;
    const [ended] = await endAlerts(ctx, [alert], 'resolved_by_hand', note);
    return ended ?? alert;
  });
}

/** Ends the alerts whose sender has not repeated them in the time it promised; answers them. */
export async function lapseAlerts(ctx: Ctx): Promise<AlertRow[]> {
  // Asked once a second: a transaction would take the turn of others to write.
  if (!(await hasLapsed(ctx, ctx.clock.now()))) return [];
  return inTransaction(ctx, async (ctx) => {
    const lapsed = await lockLapsed(ctx, ctx.clock.now(), batch);
    return endAlerts(ctx, lapsed, 'lapsed', 'its sender did not repeat it in time');
  });
}

/** Ends the live alerts of an incident; answers their references. Joins an open transaction. */
export function endAlertsOfIncident(ctx: Ctx, incidentId: string, reason: string): Promise<string[]> {
  return inTransaction(ctx, async (ctx) => {
    const ended = await endAlerts(ctx, await lockLiveOfIncident(ctx, incidentId), reason, null);
    return ended.map((alert) => alert.alert_ref);
  });
}

async function endAlerts(
  ctx: Ctx,
  alerts: readonly AlertRow[],
  reason: string,
  note: string | null,
): Promise<AlertRow[]> {
  const nowMs = ctx.clock.now();
  const changes = alerts.map((alert) => ({
    alert_ref: alert.alert_ref,
    ended_at: nowMs,
    status: endOf(alert).status as AlertStatus,
    retry_at: null,
    updated_at: nowMs,
  }));
  await updateMany(ctx, 'alert', 'alert_ref', changes);
  const events = alerts.map((alert, i) => ({
    alert_ref: alert.alert_ref,
    event_id: ctx.ids.ulid(),
    at: nowMs,
    actor: ctx.actor.name,
    from_status: alert.status,
    to_status: changes[i]?.status ?? alert.status,
    reason,
    note,
    request_id: ctx.requestId,
  }));
  await insertMany(ctx, 'alert_event', events);
  return alerts.map((alert, i) => ({ ...alert, ...changes[i] }));
}
