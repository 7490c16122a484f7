import { ask, type Ctx } from '../store/index.ts';
import { recordDecisions } from './decisions.ts';
import { isLeft } from './left.ts';
import { writeMoves } from './move.ts';
import { holdAlerts } from './queries-list.ts';

const reason = 'more_affected';

/**
 * Sends live alerts round again that were worked on before they told of more components, so that these are decided about
 * too: what held the alert may not hold all of them, and its incident knows of the first alone. One that waits or is being
 * worked on is read again anyway. In the open transaction; answers whether any goes.
 */
export async function sendRound(ctx: Ctx, alertRefs: readonly string[]): Promise<boolean> {
  if (alertRefs.length === 0) return false;
  const [rows] = await ask(ctx, holdAlerts(ctx, alertRefs));
  const settled = rows.filter((row) => row.ended_at === null && (row.status === 'acked' || isLeft(row)));
  if (settled.length === 0) return false;
  await writeMoves(ctx, settled, { to: 'new', reason, note: null, resetAttempts: true });
  await recordDecisions(
    ctx,
    settled.map(({ alert_ref: alertRef }) => ({ alertRef, reason, rule: null })),
  );
  return true;
}
