import type { AlertEventRow, AlertRow, Ctx } from '../store/index.ts';
import { listStoredEvents } from './queries-incident.ts';
import { selectAlert } from './queries-list.ts';

/** Answers everything that happened to an alert, oldest first; nothing for one that is not there. */
export async function listAlertEvents(ctx: Ctx, alertRef: string): Promise<AlertEventRow[]> {
  const [alert, stored] = await Promise.all([selectAlert(ctx, alertRef), listStoredEvents(ctx, alertRef)]);
  return alert ? withBirth(alert, stored) : stored;
}

/** Answers the events of an alert with the one that its row stands for: the first of a problem has no other, as that would cost every new alert a row. */
export function withBirth(alert: AlertRow, stored: readonly AlertEventRow[]): AlertEventRow[] {
  const isTold = stored.some((event) => event.from_status === null);
  return isTold ? [...stored] : [birthOf(alert), ...stored];
}

function birthOf(alert: AlertRow): AlertEventRow {
  return {
    alert_ref: alert.alert_ref,
    event_id: alert.alert_ref.slice('alrt_'.length),
    at: alert.created_at,
    actor: alert.source,
    from_status: null,
    to_status: 'new',
    reason: 'first',
    note: null,
    request_id: alert.request_id,
  };
}
