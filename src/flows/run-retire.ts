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
  if (gone.length > 0) await ctx.intake.submit(gone.map(endOf), ctx.requestId);
}

function keyOf(service: string, fingerprint: string): string {
  return JSON.stringify([service, fingerprint]);
}

function endOf({ service, env, kind, severity, title, source, fingerprint }: AlertRow): AlertReport {
  return {
    ...{ service, env, kind, severity, title, source, fingerprint },
    message: 'The profile does not run this task any more.',
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
