import { listUnboundedOf } from '../alerts/index.ts';
import type { AlertReport } from '../core/hand-over.ts';
import type { FlowCtx } from './context.ts';

/** Something that is expected again and again, and whether it is missing now. */
export type Heartbeat = {
  /** What is missing, as alerts name it. */
  service: string;
  title: string;
  message: string | null;
  fingerprint: string;
  labels: Readonly<Record<string, string>>;
  /** Null: that cannot be known yet, so that what is known stays. */
  isMissing: boolean | null;
};

/**
 * Raises a `heartbeat` alert for each that is missing and ends it when it is not; one that is not among them any more is not
 * expected. Only news is told: what another process knows is in the database. Answers whether there was any.
 */
export async function tellHeartbeats(
  ctx: FlowCtx,
  watcher: string,
  heartbeats: readonly Heartbeat[],
): Promise<boolean> {
  const live = await listUnboundedOf(ctx, watcher);
  const known = new Set(live.map(({ fingerprint }) => fingerprint));
  const expected = new Set(heartbeats.map(({ fingerprint }) => fingerprint));
  const gone = live.filter(({ fingerprint }) => !expected.has(fingerprint));
  const news = [
    ...heartbeats.filter(
      ({ fingerprint, isMissing }) => isMissing !== null && isMissing !== known.has(fingerprint),
    ),
    ...gone.map(({ service, title, fingerprint }) => ({
      ...{ service, title, fingerprint, labels: {}, isMissing: false },
      message: 'It is not expected any more.',
    })),
  ];
  if (news.length > 0)
    await ctx.intake.submit(
      news.map((one) => toReport(one, watcher)),
      null,
    );
  return news.length > 0;
}

function toReport({ isMissing, ...said }: Heartbeat, watcher: string): AlertReport {
  return {
    ...said,
    env: 'prod',
    kind: 'heartbeat',
    severity: 'P2',
    source: watcher,
    status: isMissing ? 'firing' : 'resolved',
    startedAt: null,
    endsAt: null,
    annotations: {},
    metrics: {},
    evidence: null,
    dedupeTtlMs: null,
  };
}
