import { describeError } from '../core/errors.ts';
import { describeFence, readFence } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { createLoop, type Loop } from './loop.ts';

const lookEveryMs = 1000;

/** Keeps a process from acting while its database is, or is being, handed over to another host. */
export type FenceWatch = Loop & {
  /** Looks once, and starts or ends what acts; resolves when that is done. */
  tick(): Promise<void>;
  isHandedOver(): boolean;
};

export type FenceWatchDeps = {
  ctx: FlowCtx;
  /** What this process does by itself. */
  acting: { start(): void; stop(): Promise<void> };
};

/** Answers the loop that looks whether this host is the one that acts; before the first look nothing acts. */
export function createFenceWatch({ ctx, acting }: FenceWatchDeps): FenceWatch {
  let stands: 'unknown' | 'open' | 'handed over' = 'unknown';
  const follow = async () => {
    const fence = await readFence(ctx.db);
    if (fence !== null && fence.state !== 'open') {
      if (stands === 'handed over') return;
      stands = 'handed over';
      ctx.log.error(
        { tag: 'app', ...fence },
        `[app] this host sends and runs nothing: the database ${describeFence(fence)}`,
      );
      await acting.stop();
      return;
    }
    if (stands === 'open') return;
    if (stands === 'handed over')
      ctx.log.warn({ tag: 'app' }, '[app] the database was taken back: this host acts again');
    stands = 'open';
    acting.start();
  };
  const round = () =>
    follow().catch((err: unknown) =>
      // While the database is away nothing can be claimed either; what is known stays true.
      ctx.log.debug(
        { tag: 'app', err },
        `[app] cannot look whether this host is the one that acts: ${describeError(err)}`,
      ),
    );
  return {
    ...createLoop({ clock: ctx.clock, round, firstRestMs: lookEveryMs, restMs: lookEveryMs }),
    tick: follow,
    isHandedOver: () => stands === 'handed over',
  };
}
