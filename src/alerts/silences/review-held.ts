import type { AlertRow, Ctx } from '../../store/index.ts';
import { insertMany, inTransaction, updateMany } from '../../store/index.ts';
import { recordDecisions } from '../decisions.ts';
import { decideHeld } from './decide.ts';
import { lockHeldAlerts, markSilenced } from './queries.ts';
import type { Silence } from './types.ts';

export type Reviewed = {
  /** How many alerts come round again. */
  released: number;
  /** Where to go on; null: all were looked at. */
  afterRef: string | null;
};

const batch = 500;

/**
 * Looks at live alerts that one silence holds, some hundreds at a time: what nothing holds any more becomes `new`, what
 * another silence holds is marked so. A transaction of its own.
 */
export function reviewHeld(
  ctx: Ctx,
  holderId: string,
  afterRef: string,
  holderOf: (alert: AlertRow) => Silence | null,
): Promise<Reviewed> {
  return inTransaction(ctx, async (ctx) => {
    const alerts = await lockHeldAlerts(ctx, holderId, { afterRef, limit: batch });
    const decided = alerts.map((alert) => ({ alert, decision: decideHeld(alert, holderOf(alert)) }));
    const released = decided.flatMap(({ alert, decision }) => (decision.action === 'release' ? [alert] : []));
    await release(ctx, released, holderId);
    const forgotten = decided.filter(({ decision }) => decision.action === 'forget');
    await markSilenced(ctx, refsOf(forgotten), null);
    for (const { alert, decision } of decided) {
      if (decision.action !== 'hand_over') continue;
      await markSilenced(ctx, [alert.alert_ref], decision.silence.id);
      const { reason, silence } = decision;
      await recordDecisions(ctx, [{ alertRef: alert.alert_ref, reason, rule: silence.id }]);
    }
    const last = alerts.length < batch ? null : (alerts.at(-1)?.alert_ref ?? null);
    return { released: released.length, afterRef: last };
  });
}

function refsOf(decided: readonly { alert: AlertRow }[]): string[] {
  return decided.map(({ alert }) => alert.alert_ref);
}

/** What was held is told as if it had come now: with all its attempts. */
async function release(ctx: Ctx, alerts: readonly AlertRow[], holderId: string): Promise<void> {
  const nowMs = ctx.clock.now();
  const reason = 'silence_ended';
  await updateMany(
    ctx,
    'alert',
    'alert_ref',
    alerts.map(({ alert_ref }) => ({
      alert_ref,
      status: 'new' as const,
      silenced_by: null,
      attempts: 0,
      retry_at: null,
      updated_at: nowMs,
    })),
  );
  await insertMany(
    ctx,
    'alert_event',
    alerts.map((alert) => ({
      alert_ref: alert.alert_ref,
      event_id: ctx.ids.ulid(),
      at: nowMs,
      actor: ctx.actor.name,
      from_status: alert.status,
      to_status: 'new' as const,
      reason,
      note: `held by ${holderId}`,
      request_id: ctx.requestId,
    })),
  );
  await recordDecisions(
    ctx,
    alerts.map(({ alert_ref }) => ({ alertRef: alert_ref, reason, rule: holderId })),
  );
}
