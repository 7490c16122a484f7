import type { FlowCtx } from './context.ts';

const dayMs = 86_400_000;

/** Reports that what runs leave cannot be kept on a machine; it counts as over a day after the last run that could not. Never rejects: a run is worth more. */
export async function reportArtifacts(ctx: FlowCtx, host: string, problem: string): Promise<void> {
  const report = {
    service: 'tocsin',
    env: 'prod',
    kind: 'disk',
    severity: 'P2',
    title: `Runs on ${host} cannot keep their artifacts`,
    message: `The tasks run without. ${problem}`,
    source: ctx.actor.name,
    status: 'firing',
    startedAt: null,
    endsAt: ctx.clock.now() + dayMs,
    labels: { host },
    annotations: {},
    metrics: {},
    evidence: null,
    fingerprint: `artifacts:${host}`,
    dedupeTtlMs: null,
  } as const;
  await ctx.intake.submit([report], ctx.requestId).catch((err: unknown) => {
    ctx.log.error(
      { tag: 'job', err, problem },
      '[job] runs cannot keep their artifacts, and no alert can say so',
    );
  });
}
