import { listHealed, markEndAnnounced } from '../alerts/index.ts';
import { inTransaction } from '../store/index.ts';
import { describeHealed } from './announce-alert.ts';
import type { FlowCtx } from './context.ts';
import { isTaskFailure } from './run-alert.ts';
import { tell } from './tell.ts';

const batch = 500;

/**
 * Tells the end of alerts that were told of by themselves; answers how many. The mark and the message are one transaction,
 * and only who sets the mark writes the message: it is told once, however many look.
 */
export async function tellHealed(ctx: FlowCtx): Promise<number> {
  const healed = await listHealed(ctx, batch);
  if (healed.length === 0) return 0;
  return inTransaction(ctx, async (ctx) => {
    const marked = new Set(
      await markEndAnnounced(
        ctx,
        healed.map((alert) => alert.alert_ref),
      ),
    );
    const ours = healed.filter((alert) => marked.has(alert.alert_ref));
    await tell(ctx, ours.filter((alert) => !isTaskFailure(alert)).map(describeHealed));
    return ours.length;
  });
}
