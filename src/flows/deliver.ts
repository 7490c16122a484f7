import { hasPassed } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { claimDue, findNextDueAt, releaseExpired, skipUnknownChannels } from '../notify/index.ts';
import { type Courier, createCourier, type DelivererDeps, sendMessage } from './send-message.ts';

const leaseMs = 30_000;
const pollMs = 1000;
const tidyMs = 60_000;
/** A channel that another process may know from a newer configuration is not given up at once. */
const unknownChannelMs = 10 * 60_000;

/** The loop that empties the outbox. */
export type Deliverer = {
  start(): void;
  /** Takes nothing new, and resolves when what is under way has been sent and recorded; may be called again. */
  stop(): Promise<void>;
  /** Sends what is due now and records it; answers whether there was anything. */
  tick(): Promise<boolean>;
};

type Loop = {
  courier: Courier;
  underWay: Set<Promise<void>>;
  stopping: AbortController;
  sweptAt: number;
  tidiedAt: number;
};

/** Answers the loop that sends messages: each at least once, one at a time and in order per channel and thread. */
export function createDeliverer(deps: DelivererDeps): Deliverer {
  const courier = createCourier(deps);
  const stopping = new AbortController();
  const never = Number.NEGATIVE_INFINITY;
  const loop: Loop = { courier, underWay: new Set(), stopping, sweptAt: never, tidiedAt: never };
  let running: Promise<void> | null = null;
  let stopped: Promise<void> | null = null;
  const stop = async () => {
    stopping.abort();
    await running;
    await Promise.all(loop.underWay);
    await courier.sender.close();
  };
  return {
    start() {
      if (running !== null) throw new AppError('CONFLICT', 'the deliverer runs already');
      running = run(loop);
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
    async tick() {
      const { sending } = await launch(loop);
      await Promise.all(sending);
      return sending.length > 0;
    },
  };
}

async function run(loop: Loop): Promise<void> {
  const { ctx } = loop.courier;
  const { signal } = loop.stopping;
  while (!signal.aborted) {
    try {
      const { isFull } = await launch(loop);
      loop.courier.onRound?.();
      if (!isFull) await rest(loop);
    } catch (err) {
      ctx.log.error({ tag: 'notify', err }, '[notify] the outbox cannot be read; trying again');
      await ctx.clock.wait(pollMs, signal);
    }
  }
}

/** Claims as many due messages as their channels have room for, and lets them go out; full: more may be due. */
async function launch(loop: Loop): Promise<{ sending: Promise<void>[]; isFull: boolean }> {
  const { ctx, lanes } = loop.courier;
  const nowMs = ctx.clock.now();
  await sweep(loop, nowMs);
  const rooms = lanes.rooms(ctx.config, nowMs);
  if (rooms.length === 0) return { sending: [], isFull: false };
  const claim = { rooms, leaseToken: ctx.ids.uuid(), nowMs, lockedUntilMs: nowMs + leaseMs };
  const rows = await claimDue(ctx, claim);
  const sending = rows.map((row) => {
    const attempt = sendMessage(loop.courier, row)
      .catch((err) => ctx.log.error({ tag: 'notify', err }, '[notify] a message could not be concluded'))
      .finally(() => loop.underWay.delete(attempt));
    loop.underWay.add(attempt);
    return attempt;
  });
  const isFull = rooms.some(
    ({ channel, limit }) => limit <= rows.filter((row) => row.channel === channel).length,
  );
  return { sending, isFull };
}

/** Takes back what workers that died had leased, and, less often, ends what no channel will ever take. */
async function sweep(loop: Loop, nowMs: number): Promise<void> {
  if (!hasPassed(pollMs, loop.sweptAt, nowMs)) return;
  const { ctx } = loop.courier;
  loop.sweptAt = nowMs;
  await releaseExpired(ctx, nowMs);
  if (!hasPassed(tidyMs, loop.tidiedAt, nowMs)) return;
  loop.tidiedAt = nowMs;
  await skipUnknownChannels(ctx, Object.keys(ctx.config.channels), nowMs - unknownChannelMs);
}

/** Waits for the doorbell, for the next message's time, for a channel whose pause ends, or a second. */
async function rest({ courier: { ctx, lanes }, stopping }: Loop): Promise<void> {
  const nowMs = ctx.clock.now();
  const dueAt = await findNextDueAt(ctx, Object.keys(ctx.config.channels), nowMs);
  const times = [nowMs + pollMs, dueAt, lanes.nextRoomAt(ctx.config, nowMs)].filter((at) => at !== null);
  if (stopping.signal.aborted) return;
  const nap = new AbortController();
  const wake = () => nap.abort();
  stopping.signal.addEventListener('abort', wake, { once: true });
  const rung = ctx.signals.messages.wait(nap.signal);
  await Promise.race([rung, ctx.clock.wait(Math.min(...times) - nowMs, nap.signal)]);
  stopping.signal.removeEventListener('abort', wake);
  wake();
}
