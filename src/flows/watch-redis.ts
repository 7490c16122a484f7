import { describeError } from '../core/errors.ts';
import type { RedisState } from '../redis/index.ts';
import type { FlowCtx } from './context.ts';
import { decideRedisAlert } from './decide-redis-alert.ts';
import { createLoop, type Loop } from './loop.ts';
import { healRedis, reportRedisAway } from './report-own-trouble.ts';

const lookEveryMs = 5000;

/** Tells people when Redis stays away, and when it is back. */
export type RedisWatch = Loop & {
  /** Looks once. Throws UNAVAILABLE where it cannot be told. */
  tick(): Promise<void>;
};

export type RedisWatchDeps = {
  ctx: FlowCtx;
  redis: { state(): RedisState; probe(): Promise<void> };
  /** The name of this host. */
  host: string;
};

/** Answers the loop that looks after Redis; that one is silent in between may show to nobody else. */
export function createRedisWatch({ ctx, redis, host }: RedisWatchDeps): RedisWatch {
  let toldAt: number | null = null;
  const tick = async () => {
    await redis.probe();
    const state = redis.state();
    const now = ctx.clock.now();
    const { next } = decideRedisAlert(state, toldAt, now);
    if (next === 'tell') {
      await reportRedisAway(ctx, host, state);
      toldAt = now;
    }
    if (next === 'heal') {
      await healRedis(ctx, host);
      toldAt = null;
    }
  };
  const round = () =>
    tick().catch((err: unknown) =>
      // The next look tries it again.
      ctx.log.warn(
        { tag: 'redis', err },
        `[redis] cannot tell how Redis stands: ${describeError(err)}; trying again`,
      ),
    );
  return { ...createLoop({ clock: ctx.clock, round, restMs: lookEveryMs }), tick };
}
