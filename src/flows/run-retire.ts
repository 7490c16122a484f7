import { listUnboundedOf } from '../alerts/index.ts';
import type { AlertReport } from '../core/hand-over.ts';
import type { AlertRow } from '../store/index.ts';
import { failureFacts, fingerprintOf, isTaskFailure, sourceOf } from './run-alert.ts';
import type { LiveRun } from './run-types.ts';

/** Ends the alerts of tasks that the profile has no more, or runs no more: no success of theirs would ever do it. Never rejects: the next run tries again. */
export async function retireTasks(live: LiveRun): Promise<void> {
  const { ctx, started } = live;
  await retire(live).catch((err: unknown) =>
    ctx.log.error(
      { tag: 'job', run_id: started.run.run_id, err },
      '[job] alerts of former tasks could not be ended',
    ),
  );
}

async function retire({ ctx, profile }: LiveRun): Promise<void> {
  const current = new Set(
    profile.tasks
      .filter(({ enabled }) => enabled)
      .map((task) => keyOf(failureFacts(profile, task).service, fingerprintOf(profile, task))),
  );
  const live = await listUnboundedOf(ctx, sourceOf(profile));
  const gone = live.filter(
    (alert) => isTaskFailure(alert) && !current.has(keyOf(alert.service, alert.fingerprint)),
  );
  if (gone.length > 0) {
    const ends = gone.map((alert) => endFailure(alert, 'The profile does not run this task any more.'));
    await ctx.intake.submit(ends, ctx.requestId);
  }
}

function keyOf(service: string, fingerprint: string): string {
  return JSON.stringify([service, fingerprint]);
}

/** Answers the report that ends the alert of a task's failure, and says why. */
export function endFailure(alert: AlertRow, message: string): AlertReport {
  const { service, env, kind, severity, title, source, fingerprint } = alert;
  return {
    ...{ service, env, kind, severity, title, source, fingerprint },
    message,
    status: 'resolved',
    startedAt: null,
    endsAt: null,
    labels: {},
    annotations: {},
    metrics: {},
    evidence: null,
    dedupeTtlMs: null,
  };
}
