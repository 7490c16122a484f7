import type { AlertEventRow, AlertRow, Ctx } from '../../store/index.ts';
import { insertMany, inTransaction, updateMany } from '../../store/index.ts';
import { recordDecisions } from '../decisions.ts';
import { decideHeld } from './decide.ts';
import { type Holder, type HolderTest, holdReasons } from './holder.ts';
import { lockHeldAlerts, markSilenced } from './queries.ts';

export type Reviewed = {
  /** How many alerts come round again. */
  released: number;
  /** Where to go on; null: all were looked at. */
  afterRef: string | null;
};

const batch = 500;

/** Asks what holds each of the alerts now, in the open transaction. */
type FindHolders<C> = (ctx: C, alerts: readonly AlertRow[]) => Promise<HolderTest>;

/**
 * Looks at live alerts that one thing holds, some hundreds at a time: what nothing holds any more becomes `new`, what
 * something else holds is marked so. A transaction of its own.
 */
export function reviewHeld<C extends Ctx>(
  ctx: C,
  holderId: string,
  afterRef: string,
  findHolders: FindHolders<C>,
): Promise<Reviewed> {
  return inTransaction(ctx, async (ctx) => {
    const alerts = await lockHeldAlerts(ctx, holderId, { afterRef, limit: batch });
    const holderOf = await findHolders(ctx, alerts);
    const decided = alerts.map((alert) => ({
      alert,
      decision: decideHeld(alert, holderId, holderOf(alert)),
    }));
    const released = decided.flatMap(({ alert, decision }) => (decision.action === 'release' ? [alert] : []));
    await release(ctx, released, holderId);
    const forgotten = decided.filter(({ decision }) => decision.action === 'forget');
    await markSilenced(ctx, refsOf(forgotten), null);
    await handOver(
      ctx,
      decided.flatMap(({ alert, decision: { action, ...rest } }) =>
        'holder' in rest ? [{ alert, ...rest }] : [],
      ),
    );
    const last = alerts.length < batch ? null : (alerts.at(-1)?.alert_ref ?? null);
    return { released: released.length, afterRef: last };
  });
}

async function handOver(
  ctx: Ctx,
  alerts: readonly { alert: AlertRow; reason: string; holder: Holder }[],
): Promise<void> {
  for (const [id, group] of Map.groupBy(alerts, ({ holder }) => holder.id)) {
    await markSilenced(ctx, refsOf(group), id);
  }
  await recordDecisions(
    ctx,
    alerts.map(({ alert, reason, holder }) => ({ alertRef: alert.alert_ref, reason, rule: holder.id })),
  );
}

function refsOf(decided: readonly { alert: AlertRow }[]): string[] {
  return decided.map(({ alert }) => alert.alert_ref);
}

/** What was held is told as if it had come now: with all its attempts. */
async function release(ctx: Ctx, alerts: readonly AlertRow[], holderId: string): Promise<void> {
  const at = ctx.clock.now();
  const reason = holdReasons(holderId).ended;
  const anew = { status: 'new', silenced_by: null, attempts: 0, retry_at: null, updated_at: at } as const;
  const rows = alerts.map(({ alert_ref }) => ({ alert_ref, ...anew }));
  await updateMany(ctx, 'alert', 'alert_ref', rows);
  const events = alerts.map((alert) => releaseEvent(ctx, alert, { at, reason, holderId }));
  await insertMany(ctx, 'alert_event', events);
  const decisions = alerts.map(({ alert_ref }) => ({ alertRef: alert_ref, reason, rule: holderId }));
  await recordDecisions(ctx, decisions);
}

function releaseEvent(
  ctx: Ctx,
  alert: AlertRow,
  { at, reason, holderId }: { at: number; reason: string; holderId: string },
): AlertEventRow {
  return {
    alert_ref: alert.alert_ref,
    event_id: ctx.ids.ulid(),
    at,
    actor: ctx.actor.name,
    from_status: alert.status,
    to_status: 'new',
    reason,
    note: `held by ${holderId}`,
    request_id: ctx.requestId,
  };
}
