import { listSources, sourceWriteEveryMs } from '../alerts/index.ts';
import { formatDuration } from '../core/duration.ts';
import type { FlowCtx } from './context.ts';
import { tellHeartbeats } from './heartbeats.ts';
import { createLoop, type Loop } from './loop.ts';

const lookEveryMs = 5_000;
/** Who is heard once a day is not to be missed for ever by a process that starts anew each night. */
const longestGraceMs = 10 * 60_000;
const watcher = 'tocsin@sources';

export type SourceWatch = Loop & { tick(): Promise<boolean> };

/**
 * Answers the loop that raises a `heartbeat` alert for each expected sender that went silent, and ends it when it is
 * heard again or expected no more. For its interval after the start of this process, and ten minutes at most, nobody is called
 * silent: while there was none, nobody could be heard.
 */
export function createSourceWatch(ctx: FlowCtx): SourceWatch {
  const startedAtMs = ctx.clock.now();

  const tick = async () => {
    const heardAt = new Map((await listSources(ctx)).map((row) => [row.source, row.last_seen_at]));
    const nowMs = ctx.clock.now();
    const heartbeats = Object.entries(ctx.config.sources).map(([source, intervalMs]) => {
      const lastMs = heardAt.get(source) ?? null;
      return {
        service: source,
        title: `${source} is silent`,
        message: describeSilence({ lastMs, intervalMs, nowMs }),
        fingerprint: `source:${source}`,
        labels: {},
        isMissing: decideMissing({ lastMs, intervalMs, nowMs, startedAtMs }),
      };
    });
    return tellHeartbeats(ctx, watcher, heartbeats);
  };

  // Looked at again in a few seconds, whatever it was.
  const round = () =>
    tick().catch((err: unknown) =>
      ctx.log.error({ tag: 'alert', err }, '[alert] could not look for silent sources'),
    );
  const loop = createLoop({ clock: ctx.clock, round, firstRestMs: lookEveryMs, restMs: lookEveryMs });
  return { ...loop, tick };
}

type Heard = { lastMs: number | null; intervalMs: number; nowMs: number };

function decideMissing({ lastMs, intervalMs, nowMs, startedAtMs }: Heard & { startedAtMs: number }) {
  if (lastMs !== null && nowMs - lastMs <= intervalMs + sourceWriteEveryMs) return false;
  const graceMs = lastMs === null ? intervalMs : Math.min(intervalMs, longestGraceMs);
  return nowMs - startedAtMs > graceMs ? true : null;
}

function describeSilence(heard: Heard): string {
  const { lastMs, intervalMs, nowMs } = heard;
  const since =
    lastMs === null ? 'It was never heard.' : `It was last heard ${formatDuration(nowMs - lastMs)} ago.`;
  return `${since} It is expected every ${formatDuration(intervalMs)}.`;
}
