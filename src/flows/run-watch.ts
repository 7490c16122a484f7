import { describeError } from '../core/errors.ts';
import { keepRun } from '../runs/index.ts';
import type { LiveRun } from './run-types.ts';

/** So soon a run hears that somebody wants it to end; its lease is much longer. */
const keepEveryMs = 2000;

/** What cut a run short, the first that did. */
export type Cut =
  | { reason: 'timed_out' }
  | { reason: 'cancelled'; by: string }
  /** This process was asked to end. */
  | { reason: 'stopped' }
  /** Another process took this one for dead. */
  | { reason: 'lost' };

/** What a signal is aborted with that ends runs because this process ends. */
export const processStops = Symbol('this process stops');

export type RunWatch = {
  /** Aborted when the run is cut short. */
  readonly signal: AbortSignal;
  /** Null: nothing cut it short. */
  cut(): Cut | null;
  stop(): Promise<void>;
};

/** Keeps the lease of a run, and cuts it short at its timeout, when somebody asks, or when it is taken for dead. */
export function watchRun({ ctx, profile, request, started }: LiveRun): RunWatch {
  const cutting = new AbortController();
  const stopping = new AbortController();
  let cut: Cut | null = null;
  const end = (why: Cut) => {
    cut ??= why;
    cutting.abort();
  };
  const onAbort = () => end(readAbort(request.signal?.reason));
  request.signal?.addEventListener('abort', onAbort, { once: true });
  if (request.signal?.aborted) onAbort();

  const keep = async () => {
    while (!stopping.signal.aborted) {
      await ctx.clock.wait(keepEveryMs, stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        const kept = await keepRun(ctx, started);
        if (!kept.kept) return end({ reason: 'lost' });
        if (kept.cancelRequestedBy !== null) end({ reason: 'cancelled', by: kept.cancelRequestedBy });
      } catch (error) {
        // The lease lasts for several more tries.
        ctx.log.warn(
          { tag: 'job', run_id: started.run.run_id },
          `[job] lease not kept: ${describeError(error)}`,
        );
      }
    }
  };
  const expire = async () => {
    await ctx.clock.wait(profile.timeoutMs, stopping.signal);
    if (!stopping.signal.aborted) end({ reason: 'timed_out' });
  };
  const going = Promise.all([keep(), expire()]);

  return {
    signal: cutting.signal,
    cut: () => cut,
    async stop() {
      request.signal?.removeEventListener('abort', onAbort);
      stopping.abort();
      await going;
    },
  };
}

function readAbort(reason: unknown): Cut {
  return reason === processStops ? { reason: 'stopped' } : { reason: 'cancelled', by: String(reason) };
}
