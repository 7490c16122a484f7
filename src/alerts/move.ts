import { AppError } from '../core/errors.ts';
import {
  type AlertEventRow,
  type AlertRow,
  type AlertStatus,
  type Ctx,
  insertMany,
  inTransaction,
  updateMany,
} from '../store/index.ts';
import { type HandMove, mayMove } from './decide.ts';
import { requireAlertForUpdate } from './get.ts';

export type Hand = {
  move: HandMove;
  to: AlertStatus;
  reason: string;
  note: string | null;
  resetAttempts?: boolean;
};

/** Moves one alert by hand, whoever has it: a worker that had it loses its lease. Throws CONFLICT naming both states. */
export function moveByHand(ctx: Ctx, alertRef: string, hand: Hand): Promise<AlertRow> {
  return inTransaction(ctx, async (ctx) => {
    const alert = await requireAlertForUpdate(ctx, alertRef);
    if (!mayMove(hand.move, alert.status)) {
      throw new AppError(
        'CONFLICT',
        `${alertRef} is ${alert.status}; ${hand.move} cannot make it ${hand.to}`,
        {
          details: { from: alert.status, to: hand.to },
        },
      );
    }
    const [moved] = await writeMoves(ctx, [alert], hand);
    return moved ?? alert;
  });
}

/** Writes the new state of alerts that the open transaction holds, and an event each; nobody has them afterwards. Answers them as they are now. */
export async function writeMoves(
  ctx: Ctx,
  alerts: readonly AlertRow[],
  { to, reason, note, resetAttempts = false }: Omit<Hand, 'move'>,
): Promise<AlertRow[]> {
  const changes = alerts.map((alert) => ({
    alert_ref: alert.alert_ref,
    status: to,
    attempts: resetAttempts ? 0 : alert.attempts,
    owner: null,
    lease_token: null,
    processing_lock_until: null,
    retry_at: null,
    updated_at: ctx.clock.now(),
  }));
  await updateMany(ctx, 'alert', 'alert_ref', changes);
  const events = alerts.map((alert) => createEvent(ctx, alert, to, reason, note));
  await insertMany(ctx, 'alert_event', events);
  return alerts.map((alert, i) => ({ ...alert, ...changes[i] }));
}

/** Writes one event of an alert that is held by the open transaction. */
export async function recordEvent(
  ctx: Ctx,
  alert: AlertRow,
  to: AlertStatus,
  reason: string,
  note: string | null,
): Promise<void> {
  await insertMany(ctx, 'alert_event', [createEvent(ctx, alert, to, reason, note)]);
}

function createEvent(
  ctx: Ctx,
  alert: AlertRow,
  to: AlertStatus,
  reason: string,
  note: string | null,
): AlertEventRow {
  return {
    alert_ref: alert.alert_ref,
    event_id: ctx.ids.ulid(),
    at: ctx.clock.now(),
    actor: ctx.actor.name,
    from_status: alert.status,
    to_status: to,
    reason,
    note,
    request_id: ctx.requestId,
  };
}
