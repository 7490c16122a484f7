import { listSources, listUnboundedOf } from '../alerts/index.ts';
import { formatDuration } from '../core/duration.ts';
import type { AlertReport } from '../core/hand-over.ts';
import type { FlowCtx } from './context.ts';
import { createLoop, type Loop } from './loop.ts';

const lookEveryMs = 5_000;
const watcher = 'tocsin@sources';

export type SourceWatch = Loop & { tick(): Promise<boolean> };

/**
 * Answers the loop that raises a `heartbeat` alert for each expected sender that went silent, and ends it when it is
 * heard again or expected no more. One that was never heard has its interval from the start of this process on.
 */
export function createSourceWatch(ctx: FlowCtx): SourceWatch {
  const startedAtMs = ctx.clock.now();

  const tick = async () => {
    const heardAt = new Map((await listSources(ctx)).map((row) => [row.source, row.last_seen_at]));
    const nowMs = ctx.clock.now();
    const reports = Object.entries(ctx.config.sources).map(([source, intervalMs]) => {
      const lastMs = heardAt.get(source) ?? null;
      const isSilent = nowMs - (lastMs ?? startedAtMs) > intervalMs;
      return describe(source, isSilent, describeSilence({ lastMs, intervalMs, nowMs }));
    });
    const silent = new Set((await listUnboundedOf(ctx, watcher)).map((alert) => alert.service));
    // Only what is news: a silence that nobody knows of, or the end of one that is known.
    const news = reports.filter(({ service, status }) => (status === 'firing') !== silent.has(service));
    const gone = [...silent].filter((source) => !Object.hasOwn(ctx.config.sources, source));
    news.push(...gone.map((source) => describe(source, false, 'It is not expected any more.')));
    if (news.length > 0) await ctx.intake.submit(news, null);
    return news.length > 0;
  };

  // Looked at again in a few seconds, whatever it was.
  const round = () =>
    tick().catch((err: unknown) =>
      ctx.log.error({ tag: 'alert', err }, '[alert] could not look for silent sources'),
    );
  const loop = createLoop({ clock: ctx.clock, round, firstRestMs: lookEveryMs, restMs: lookEveryMs });
  return { ...loop, tick };
}

function describeSilence(heard: { lastMs: number | null; intervalMs: number; nowMs: number }): string {
  const { lastMs, intervalMs, nowMs } = heard;
  const since =
    lastMs === null ? 'It was never heard.' : `It was last heard ${formatDuration(nowMs - lastMs)} ago.`;
  return `${since} It is expected every ${formatDuration(intervalMs)}.`;
}

function describe(source: string, isSilent: boolean, message: string): AlertReport {
  return {
    service: source,
    env: 'prod',
    kind: 'heartbeat',
    severity: 'P2',
    title: `${source} is silent`,
    message,
    source: watcher,
    status: isSilent ? 'firing' : 'resolved',
    startedAt: null,
    endsAt: null,
    labels: {},
    annotations: {},
    metrics: {},
    evidence: null,
    fingerprint: `source:${source}`,
    dedupeTtlMs: null,
  };
}
