import { AppError } from '../core/errors.ts';
import {
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
    return writeMove(ctx, alert, hand);
  });
}

/** Writes the new state and its event; nobody holds the alert afterwards. */
async function writeMove(ctx: Ctx, alert: AlertRow, hand: Omit<Hand, 'move'>): Promise<AlertRow> {
  const nowMs = ctx.clock.now();
  const change = {
    alert_ref: alert.alert_ref,
    status: hand.to,
    attempts: hand.resetAttempts ? 0 : alert.attempts,
    owner: null,
    lease_token: null,
    processing_lock_until: null,
    retry_at: null,
    updated_at: nowMs,
  };
  await updateMany(ctx, 'alert', 'alert_ref', [change]);
  await recordEvent(ctx, alert, hand.to, hand.reason, hand.note);
  return { ...alert, ...change };
}

/** Writes one event of an alert that is held by the open transaction. */
export async function recordEvent(
  ctx: Ctx,
  alert: AlertRow,
  to: AlertStatus,
  reason: string,
  note: string | null,
): Promise<void> {
  await insertMany(ctx, 'alert_event', [
    {
      alert_ref: alert.alert_ref,
      event_id: ctx.ids.ulid(),
      at: ctx.clock.now(),
      actor: ctx.actor.name,
      from_status: alert.status,
      to_status: to,
      reason,
      note,
      request_id: ctx.requestId,
    },
  ]);
}
