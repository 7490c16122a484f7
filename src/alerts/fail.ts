import { toStorable } from '../core/text.ts';
import { type AlertRow, type Ctx, inTransaction, updateMany } from '../store/index.ts';
import { decideFailure } from './decide.ts';
import { requireAlertForUpdate } from './get.ts';
import { leaseLost } from './lease-lost.ts';
import { recordEvent } from './move.ts';

export type Failure = {
  alertRef: string;
  leaseToken: string;
  error: string;
  /** Before the first retry; doubles with each attempt, up to an hour. */
  retryAfterMs: number;
  maxAttempts: number;
};

/** Ends an attempt without success: another comes later, or the alert is dead. Throws CONFLICT `lease_lost`. */
export function failAlert(ctx: Ctx, failure: Failure): Promise<AlertRow> {
  return inTransaction(ctx, async (ctx) => {
    const alert = await requireAlertForUpdate(ctx, failure.alertRef);
    if (alert.status !== 'processing' || alert.lease_token !== failure.leaseToken) {
      throw await leaseLost(ctx, failure.alertRef);
    }
    const nowMs = ctx.clock.now();
    const next = decideFailure(alert.attempts, failure.retryAfterMs, failure.maxAttempts);
    const change = {
      alert_ref: alert.alert_ref,
      status: next.status,
      attempts: next.attempts,
      retry_at: next.retryDelayMs === null ? null : nowMs + next.retryDelayMs,
      last_error: toStorable(failure.error, 2000),
      owner: null,
      lease_token: null,
      processing_lock_until: null,
      updated_at: nowMs,
    };
    await updateMany(ctx, 'alert', 'alert_ref', [change]);
    await recordEvent(
      ctx,
      alert,
      next.status,
      next.status === 'dead' ? 'no_attempts_left' : 'failed',
      change.last_error,
    );
    return { ...alert, ...change };
  });
}
