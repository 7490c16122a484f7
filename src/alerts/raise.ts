import { type Severity, severityRank } from '../core/severity.ts';
import { type AlertRow, type Ctx, updateMany, writeLater } from '../store/index.ts';
import { recordDecisions } from './decisions.ts';
import { isLeft } from './left.ts';
import { recordEvent } from './move.ts';
import { addToMinutes, createMinuteRow } from './queries-minute.ts';

const reason = 'escalated';

/** Answers whether an alert stands by itself: worked on, told of, part of no incident, and neither over nor silenced. */
export function standsAlone(alert: AlertRow): boolean {
  const { ended_at, incident_id, silenced_by } = alert;
  const isSettled = alert.status === 'acked' || isLeft(alert);
  return isSettled && ended_at === null && incident_id === null && silenced_by === null;
}

/** Makes an alert that stands alone more severe, so that it is decided about anew. It is held by the open transaction. */
export async function raiseAlert(
  ctx: Ctx,
  alert: AlertRow,
  to: { severity: Severity; rule: string; note: string },
): Promise<void> {
  const change = {
    alert_ref: alert.alert_ref,
    severity: to.severity,
    severity_rank: severityRank(to.severity),
    status: 'new' as const,
    attempts: 0,
    retry_at: null,
    updated_at: ctx.clock.now(),
  };
  await updateMany(ctx, 'alert', 'alert_ref', [change]);
  await recordEvent(ctx, alert, 'new', reason, to.note);
  await recordDecisions(ctx, [{ alertRef: alert.alert_ref, reason, rule: to.rule }]);
}

/** Counts alerts that were worked on for the first time as one report each; their repeats are counted as they come. Joins an open transaction. */
export async function countFirstReports(ctx: Ctx, alerts: readonly AlertRow[]): Promise<void> {
  const nowMs = ctx.clock.now();
  const rows = alerts
    .filter(({ announced }) => announced === 0)
    .map((alert) => createMinuteRow(alert, 1, nowMs));
  await writeLater(ctx, addToMinutes(ctx, rows));
}
