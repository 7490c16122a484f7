import { ackLocked, holdReasons, markSilenced, recordDecisions } from '../alerts/index.ts';
import { type AlertRow, inTransaction } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { ackEnded, ackOf, giveBack, type HeldAlert, sortClaimed } from './held-alert.ts';
import { forgetClaimed } from './inhibition-test.ts';

/**
 * Keeps claimed alerts to themselves that a silence or another alert holds, all in one transaction. One that by now nothing
 * holds is given back at once.
 */
export function superviseHeld(ctx: FlowCtx, claimed: readonly AlertRow[]): Promise<void> {
  if (claimed.length === 0) return Promise.resolve();
  return inTransaction(ctx, async (ctx) => {
    const { ended, held, live } = await sortClaimed(ctx, claimed);
    await ackEnded(ctx, ended);
    await keepHeld(ctx, held);
    await giveBack(ctx, live, 'held_no_more');
  });
}

/**
 * Ends the work on claimed alerts without telling of them: marked, acked, with the trail of why. What is held inhibits
 * nothing itself. In the open transaction.
 */
export async function keepHeld(ctx: FlowCtx, held: readonly HeldAlert[]): Promise<void> {
  for (const [id, group] of Map.groupBy(held, ({ holder }) => holder.id)) {
    await markSilenced(
      ctx,
      group.map(({ alert }) => alert.alert_ref),
      id,
    );
  }
  await forgetClaimed(
    ctx,
    held.map(({ alert }) => alert),
  );
  const said = held.map(({ alert, holder }) => ({ alert, holder, reason: holdReasons(holder.id).held }));
  await ackLocked(
    ctx,
    said.map(({ alert, holder, reason }) => ({ ...ackOf(alert, reason), note: `held by ${holder.id}` })),
  );
  await recordDecisions(
    ctx,
    said.map(({ alert, holder, reason }) => ({ alertRef: alert.alert_ref, reason, rule: holder.id })),
  );
}

/** Notes that nothing holds the alerts any more, where something did: they are told of. In the open transaction. */
export async function forgetHolder(ctx: FlowCtx, alerts: readonly AlertRow[]): Promise<void> {
  const marked = alerts.filter((alert) => alert.silenced_by !== null);
  await markSilenced(
    ctx,
    marked.map((alert) => alert.alert_ref),
    null,
  );
}
