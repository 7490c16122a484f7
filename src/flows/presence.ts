import { describeError } from '../core/errors.ts';
import { type LeaseClaim, renewLease, returnLease, takeLease } from '../health/index.ts';
import type { FlowCtx } from './context.ts';
import { createLoop, type Loop } from './loop.ts';

/** Held by one of the processes whose supervisor goes on, so that all others can tell that somebody supervises. */
export const supervisorLease = 'supervisor';

const renewMs = 10_000;
const leaseMs = 30_000;
const passStaleMs = 60_000;

/** Answers whether a supervisor that began its last pass at that time stands still. */
export function isPassStale(lastPassAt: number, nowMs: number): boolean {
  return nowMs - lastPassAt > passStaleMs;
}

export type PresenceDeps = {
  ctx: FlowCtx;
  /** Names this process to people who look at the lease. */
  holder: string;
  /** When the supervisor of this process last began a pass. */
  lastPassAt(): number;
};

export type Presence = Loop & {
  /** Takes or renews the lease, unless the supervisor stands still. */
  tick(): Promise<void>;
};

/** Answers the loop that tells other processes that this one supervises; they need it for their health alone, no work hangs on it. */
export function createPresence({ ctx, holder, lastPassAt }: PresenceDeps): Presence {
  let claim: LeaseClaim | null = null;
  const tick = async () => {
    if (isPassStale(lastPassAt(), ctx.clock.now())) return;
    try {
      if (claim !== null && (await renewLease(ctx, claim))) return;
      const next = { name: supervisorLease, holder, token: ctx.ids.uuid(), leaseMs };
      claim = (await takeLease(ctx, next)) ? next : null;
    } catch (err) {
      ctx.log.warn({ tag: 'db', err }, `[db] the supervisor cannot be seen by others: ${describeError(err)}`);
    }
  };
  const loop = createLoop({ clock: ctx.clock, round: tick, restMs: renewMs });
  return {
    tick,
    start: loop.start,
    async stop() {
      await loop.stop();
      if (claim !== null) await returnLease(ctx, claim);
    },
  };
}
