import { z } from 'zod';
import { countEndedBefore, deleteAlerts, deleteEndedSilences, selectEndedBefore } from '../alerts/index.ts';
import { defineAction } from '../core/action.ts';
import { deleteOldMinutes } from '../incidents/index.ts';
import { countFinishedBefore, deleteNotifications, selectFinishedBefore } from '../notify/index.ts';
import { countRunsBefore, deleteRuns, selectRunsBefore } from '../runs/index.ts';
import { deleteReceiptsBefore } from '../webhooks/index.ts';
import type { FlowCtx } from './context.ts';
import { createLoop, type Loop } from './loop.ts';

const dayMs = 86_400_000;
const batch = 500;
/** Senders give up sending again long before. */
const receiptsMs = 7 * dayMs;

type Removed = { alerts: number; runs: number; notifications: number };

/** Removes what is older than the configuration keeps, in small batches; a dry run only counts. */
export async function applyRetention(ctx: FlowCtx, dryRun: boolean): Promise<Removed> {
  const { alertsMs, runsMs, notificationsMs } = ctx.config.retention;
  const nowMs = ctx.clock.now();
  if (dryRun) {
    return {
      alerts: await countEndedBefore(ctx, nowMs - alertsMs),
      runs: await countRunsBefore(ctx, nowMs - runsMs),
      notifications: await countFinishedBefore(ctx, nowMs - notificationsMs),
    };
  }
  await deleteOldMinutes(ctx);
  await deleteEndedSilences(ctx, nowMs - alertsMs);
  await deleteReceiptsBefore(ctx, nowMs - receiptsMs);
  return {
    alerts: await removeAll(
      () => selectEndedBefore(ctx, nowMs - alertsMs, batch),
      (refs) => deleteAlerts(ctx, refs),
    ),
    runs: await removeAll(
      () => selectRunsBefore(ctx, nowMs - runsMs, batch),
      (ids) => deleteRuns(ctx, ids),
    ),
    notifications: await removeAll(
      () => selectFinishedBefore(ctx, nowMs - notificationsMs, batch),
      (ids) => deleteNotifications(ctx, ids),
    ),
  };
}

/** Batch after batch, each a transaction of its own, so that nobody waits long for the writer. */
async function removeAll(
  select: () => Promise<string[]>,
  remove: (keys: string[]) => Promise<void>,
): Promise<number> {
  let removed = 0;
  for (let keys = await select(); keys.length > 0; keys = await select()) {
    await remove(keys);
    removed += keys.length;
  }
  return removed;
}

/** Removes old rows by hand, or says how many there are. */
export const runRetention = defineAction({
  name: 'retention.run',
  summary: 'Remove alerts, runs and messages that are older than the configuration keeps',
  input: z.strictObject({ dry_run: z.boolean().default(false) }),
  output: z.object({ dry_run: z.boolean(), alerts: z.number(), runs: z.number(), notifications: z.number() }),
  entitlement: 'tools.config.write',
  http: { method: 'POST', path: '/v1/retention' },
  cli: { command: 'retention run' },
  run: async (ctx: FlowCtx, input) => ({
    dry_run: input.dry_run,
    ...(await applyRetention(ctx, input.dry_run)),
  }),
});

export type Retention = Loop & { tick(): Promise<boolean> };

/** Answers the loop that applies the retention once a day, the first time a minute after the start. */
export function createRetention(ctx: FlowCtx): Retention {
  const tick = async () => {
    try {
      const removed = await applyRetention(ctx, false);
      if (removed.alerts + removed.runs + removed.notifications === 0) return false;
      ctx.log.info({ tag: 'db', ...removed }, '[db] removed what is older than the retention keeps');
      return true;
    } catch (err) {
      // What could not be removed today is removed tomorrow.
      ctx.log.error({ tag: 'db', err }, '[db] the retention could not be applied');
      return false;
    }
  };
  return { ...createLoop({ clock: ctx.clock, round: tick, firstRestMs: 60_000, restMs: dayMs }), tick };
}
