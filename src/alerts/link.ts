import { type AlertRow, type Ctx, inTransaction } from '../store/index.ts';
import { requireAlertForUpdate } from './get.ts';
import { recordEvent } from './move.ts';
import { lockLiveOfIncident, moveIncidentOf, updateIncidentOf } from './queries-incident.ts';

/** Puts an alert into an incident by hand: what waited for work is acked, a worker that has it keeps it. */
export function linkAlert(
  ctx: Ctx,
  link: { alertRef: string; incidentId: string; reason: string },
): Promise<AlertRow> {
  return inTransaction(ctx, async (ctx) => {
    const alert = await requireAlertForUpdate(ctx, link.alertRef);
    const status = alert.status === 'processing' ? 'processing' : 'acked';
    await updateIncidentOf(ctx, link.alertRef, link.incidentId, status);
    await recordEvent(ctx, alert, status, link.reason, null);
    return { ...alert, status, incident_id: link.incidentId, announced: 1, retry_at: null };
  });
}

/** Moves all alerts of an incident to another. Joins an open transaction. */
export function moveAlerts(ctx: Ctx, fromId: string, toId: string): Promise<void> {
  return inTransaction(ctx, async (ctx) => {
    // Those that reports may still change are taken in the order in which reports take them.
    await lockLiveOfIncident(ctx, fromId);
    await moveIncidentOf(ctx, fromId, toId);
  });
}
