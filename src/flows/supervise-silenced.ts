import { ackLocked, markSilenced, recordDecisions } from '../alerts/index.ts';
import { type AlertRow, inTransaction } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { ackEnded, ackOf, giveBack, type SilencedAlert, sortHeld } from './held-alert.ts';

const reason = 'silenced';

/**
 * Keeps claimed alerts to themselves that a silence holds, all in one transaction. One that by now nothing holds is given
 * back at once.
 */
export function superviseSilenced(ctx: FlowCtx, claimed: readonly AlertRow[]): Promise<void> {
  if (claimed.length === 0) return Promise.resolve();
  return inTransaction(ctx, async (ctx) => {
    const { ended, silenced, live } = await sortHeld(ctx, claimed);
    await ackEnded(ctx, ended);
    await holdSilenced(ctx, silenced);
    await giveBack(ctx, live, 'silence_ended');
  });
}

/** Ends the work on claimed alerts without telling of them: marked, acked, with the trail of why. In the open transaction. */
export async function holdSilenced(ctx: FlowCtx, held: readonly SilencedAlert[]): Promise<void> {
  for (const [id, group] of Map.groupBy(held, ({ silence }) => silence.id)) {
    await markSilenced(
      ctx,
      group.map(({ alert }) => alert.alert_ref),
      id,
    );
  }
  await ackLocked(
    ctx,
    held.map(({ alert, silence }) => ({ ...ackOf(alert, reason), note: `held by ${silence.id}` })),
  );
  await recordDecisions(
    ctx,
    held.map(({ alert, silence }) => ({ alertRef: alert.alert_ref, reason, rule: silence.id })),
  );
}

/** Notes that nothing holds the alerts any more, where something did: they are told of. In the open transaction. */
export async function forgetSilence(ctx: FlowCtx, alerts: readonly AlertRow[]): Promise<void> {
  const marked = alerts.filter((alert) => alert.silenced_by !== null);
  await markSilenced(
    ctx,
    marked.map((alert) => alert.alert_ref),
    null,
  );
}
