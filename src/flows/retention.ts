import { z } from 'zod';
import { expiredAlerts, expiredSilences, expiredSources } from '../alerts/index.ts';
import { defineAction } from '../core/action.ts';
import { expiredDeployments } from '../deployments/index.ts';
import { expiredHistory, expiredMaintenance, expiredSteps } from '../health/index.ts';
import { expiredMinutes, expiredServices, expiredSignatures, expiredTriages } from '../incidents/index.ts';
import { expiredNotifications } from '../notify/index.ts';
import { countRunsBefore, deleteRuns, selectRunsBefore } from '../runs/index.ts';
import type { Expired } from '../store/index.ts';
import { expiredReceipts } from '../webhooks/index.ts';
import type { FlowCtx } from './context.ts';
import { removeArtifacts } from './expired-artifacts.ts';
import { createLoop, type Loop } from './loop.ts';

const dayMs = 86_400_000;
const batch = 500;

const kept = [
  'alerts',
  'runs',
  'notifications',
  'silences',
  'sources',
  'deployments',
  'triages',
  'generated_summaries',
  'signatures',
  'signature_minutes',
  'services',
  'webhook_deliveries',
  'check_history',
  'component_changes',
  'component_maintenance',
] as const;
type Kept = (typeof kept)[number];
type Removed = Record<Kept, number>;
const onDisk = ['artifacts', 'artifact_bytes'] as const;

/** Removes what is older, or more, than the configuration keeps: rows, and folders on this machine; a dry run only counts. */
export async function applyRetention(
  ctx: FlowCtx,
  dryRun: boolean,
): Promise<Removed & Record<(typeof onDisk)[number], number>> {
  const { folders, bytes } = await removeArtifacts(ctx, dryRun);
  return { ...(await removeRows(ctx, dryRun)), artifacts: folders, artifact_bytes: bytes };
}

/** Removes rows that are older than the configuration keeps, in small batches. */
async function removeRows(ctx: FlowCtx, dryRun: boolean): Promise<Removed> {
  const expired = findExpired(ctx);
  const removed: [Kept, number][] = [];
  for (const name of kept)
    removed.push([name, await (dryRun ? expired[name].count() : expired[name].remove())]);
  return Object.fromEntries(removed) as Removed;
}

/** What hangs on alerts, or says something of them, is kept as long as they are. */
function findExpired(ctx: FlowCtx): Record<Kept, Expired> {
  const { retention, sources } = ctx.config;
  const nowMs = ctx.clock.now();
  const alertsBefore = nowMs - retention.alertsMs;
  return {
    alerts: expiredAlerts(ctx, alertsBefore),
    runs: expiredRuns(ctx, nowMs - retention.runsMs),
    notifications: expiredNotifications(ctx, nowMs - retention.notificationsMs),
    silences: expiredSilences(ctx, alertsBefore),
    sources: expiredSources(ctx, alertsBefore, Object.keys(sources)),
    deployments: expiredDeployments(ctx, alertsBefore),
    triages: expiredTriages(ctx, 'triage', alertsBefore),
    generated_summaries: expiredTriages(ctx, 'triage_summary', alertsBefore),
    signatures: expiredSignatures(ctx, alertsBefore),
    signature_minutes: expiredMinutes(ctx),
    services: expiredServices(ctx),
    webhook_deliveries: expiredReceipts(ctx),
    check_history: expiredHistory(ctx),
    component_changes: expiredSteps(ctx),
    component_maintenance: expiredMaintenance(ctx),
  };
}

function expiredRuns(ctx: FlowCtx, beforeMs: number): Expired {
  return {
    count: () => countRunsBefore(ctx, beforeMs),
    async remove() {
      let removed = 0;
      for (;;) {
        const ids = await selectRunsBefore(ctx, beforeMs, batch);
        if (ids.length === 0) return removed;
        await deleteRuns(ctx, ids);
        removed += ids.length;
      }
    },
  };
}

const countsView = Object.fromEntries([...kept, ...onDisk].map((name) => [name, z.number()])) as Record<
  Kept | (typeof onDisk)[number],
  z.ZodNumber
>;

/** Removes old rows by hand, or says how many there are. */
export const runRetention = defineAction({
  name: 'retention.run',
  summary:
    'Remove what is older than the configuration keeps, and folders of runs here; a dry run only counts it',
  input: z.strictObject({ dry_run: z.boolean().default(false) }),
  output: z.object({ dry_run: z.boolean(), ...countsView }),
  entitlement: 'tools.config.write',
  http: { method: 'POST', path: '/v1/retention' },
  cli: { command: 'retention run' },
  run: async (ctx: FlowCtx, input) => ({
    dry_run: input.dry_run,
    ...(await applyRetention(ctx, input.dry_run)),
  }),
});

export type Retention = Loop & { tick(): Promise<boolean> };

/** Answers the loop that removes old rows once a day, the first time a minute after the start. */
export function createRetention(ctx: FlowCtx): Retention {
  const tick = async () => {
    try {
      const removed = await removeRows(ctx, false);
      const some = Object.entries(removed).filter(([, count]) => count > 0);
      if (some.length === 0) return false;
      ctx.log.info(
        { tag: 'db', ...Object.fromEntries(some) },
        '[db] removed what is older than the retention keeps',
      );
      return true;
    } catch (err) {
      // What could not be removed today is removed tomorrow.
      ctx.log.error({ tag: 'db', err }, '[db] the retention could not be applied');
      return false;
    }
  };
  return { ...createLoop({ clock: ctx.clock, round: tick, firstRestMs: 60_000, restMs: dayMs }), tick };
}
