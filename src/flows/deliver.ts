import { setImmediate } from 'node:timers/promises';
import { hasPassed } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import {
  type Ahead,
  claimDue,
  type Desk,
  lookAhead,
  releaseExpired,
  skipUnknownChannels,
} from '../notify/index.ts';
import type { NotificationRow } from '../store/index.ts';
import { type Courier, createCourier, type DelivererDeps, sendMessage } from './send-message.ts';

const leaseMs = 30_000;
/** How long after the opening of a desk a message may be handed in: the longest send, of 20 s, must end within its lease. */
const handOverMs = 8_000;
const pollMs = 1000;
const tidyMs = 60_000;
/** Of the time to stop: the longest that messages under way are waited for. */
const graceShare = 2 / 3;
/** To record what was broken off. */
const recordMs = 1000;
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
    courier.ctx.desk.serve(null);
    stopping.abort();
    await running;
    await windUp(loop);
  };
  return {
    start() {
      if (running !== null) throw new AppError('CONFLICT', 'the deliverer runs already');
      running = run(loop);
      courier.ctx.desk.serve(() => openDesk(loop));
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
    async tick() {
      await sweep(loop);
      const { dueOn } = await look(loop);
      const { sending } = await launch(loop, dueOn);
      await Promise.all(sending);
      return sending.length > 0;
    },
  };
}

/**
 * Waits for what is under way, and breaks off in time for the rest of the stop what a receiver that hangs would hold up: it
 * is sent again, with the same key.
 */
async function windUp({ courier, underWay }: Loop): Promise<void> {
  const { ctx, sender } = courier;
  const sent = (async () => {
    while (underWay.size > 0) await Promise.all(underWay);
  })();
  const over = new AbortController();
  const waitFor = (ms: number) => Promise.race([sent, ctx.clock.wait(ms, over.signal)]);
  await waitFor(ctx.config.server.shutdownTimeoutMs * graceShare);
  if (underWay.size === 0) await sender.close();
  else {
    const fields = { tag: 'notify', messages: underWay.size };
    ctx.log.warn(
      fields,
      '[notify] messages that get no answer are broken off, and sent again after the next start',
    );
    await sender.abandon();
    await waitFor(recordMs);
  }
  over.abort();
}

async function run(loop: Loop): Promise<void> {
  const { ctx } = loop.courier;
  const { signal } = loop.stopping;
  while (!signal.aborted) {
    try {
      await sweep(loop);
      const { dueOn, nextDueAt } = await look(loop);
      const isFull = !signal.aborted && (await launch(loop, dueOn)).isFull;
      loop.courier.onRound?.();
      if (!isFull) await rest(loop, nextDueAt);
    } catch (err) {
      ctx.log.error({ tag: 'notify', err }, '[notify] the outbox cannot be read; trying again');
      await ctx.clock.wait(pollMs, signal);
    }
  }
}

/** A look costs less than a claim, and most that is to go out does not wait in the outbox. */
async function look({ courier }: Loop): Promise<Ahead> {
  const { ctx } = courier;
  const ahead = await lookAhead(ctx, Object.keys(ctx.config.channels), ctx.clock.now());
  courier.mayHoldUp = ahead.dueOn.length > 0;
  return ahead;
}

type Launched = { sending: Promise<void>[]; isFull: boolean };

/** Claims as many of the messages that are due on channels as these have room for, and lets them go out; full: more may be due. */
async function launch(loop: Loop, dueOn: readonly string[]): Promise<Launched> {
  const { ctx, lanes } = loop.courier;
  const nowMs = ctx.clock.now();
  const isDue = new Set(dueOn);
  const rooms = lanes.rooms(ctx.config, nowMs).filter(({ channel }) => isDue.has(channel));
  if (rooms.length === 0) return { sending: [], isFull: false };
  const claim = { rooms, leaseToken: ctx.ids.uuid(), nowMs, lockedUntilMs: nowMs + leaseMs };
  const rows = await claimDue(ctx, claim);
  const sending = rows.map((row) => send(loop, row));
  const claimed = Map.groupBy(rows, (row) => row.channel);
  const isFull = rooms.some(({ channel, limit }) => limit <= (claimed.get(channel)?.length ?? 0));
  return { sending, isFull };
}

/** Lets a leased message go out. */
function send({ courier, underWay }: Loop, row: NotificationRow): Promise<void> {
  const { log } = courier.ctx;
  const attempt = sendMessage(courier, row)
    .catch((err) => log.error({ tag: 'notify', err }, '[notify] a message could not be concluded'))
    .finally(() => underWay.delete(attempt));
  underWay.add(attempt);
  return attempt;
}

/**
 * Answers the desk for one transaction: what is written under its lease needs no look into the outbox, and goes out right
 * behind the commit. When the process is killed in between, the lease runs out like that of any message.
 */
function openDesk(loop: Loop): Desk {
  const { ctx, lanes } = loop.courier;
  const nowMs = ctx.clock.now();
  const lease = { leaseToken: ctx.ids.uuid(), lockedUntilMs: nowMs + leaseMs };
  // A channel with room for one message has a pace, or is tried again: that one place is for the loop to give.
  const rooms = lanes.rooms(ctx.config, nowMs).filter(({ limit }) => limit > 1);
  const left = new Map(rooms.map(({ channel, limit }) => [channel, limit]));
  return {
    lease(channel) {
      const places = left.get(channel) ?? 0;
      left.set(channel, places - 1);
      return places > 0 ? lease : null;
    },
    take(rows) {
      // What comes too late for a send in its lease, or for this process, waits in the outbox until that runs out.
      const isLate = hasPassed(handOverMs, nowMs, ctx.clock.now()) || loop.stopping.signal.aborted;
      if (isLate) return;
      const [first, ...others] = rows;
      if (first) void send(loop, first);
      if (others.length > 0) void sendBehind(loop, others);
    },
  };
}

/** Lets messages go out once what is at hand is done: who wrote them asks the database for more, which works on that meanwhile. */
function sendBehind(loop: Loop, rows: readonly NotificationRow[]): Promise<void> {
  const turn = setImmediate(rows).then((rows) => {
    for (const row of rows) void send(loop, row);
    loop.underWay.delete(turn);
  });
  loop.underWay.add(turn);
  return turn;
}

/** Takes back what workers that died had leased, and, less often, ends what no channel will ever take. */
async function sweep(loop: Loop): Promise<void> {
  const nowMs = loop.courier.ctx.clock.now();
  if (!hasPassed(pollMs, loop.sweptAt, nowMs)) return;
  const { ctx } = loop.courier;
  loop.sweptAt = nowMs;
  await releaseExpired(ctx, nowMs);
  if (!hasPassed(tidyMs, loop.tidiedAt, nowMs)) return;
  loop.tidiedAt = nowMs;
  await skipUnknownChannels(ctx, Object.keys(ctx.config.channels), nowMs - unknownChannelMs);
}

/** Waits for the doorbell, for the next message's time, for a channel whose pause ends, or a second. */
async function rest({ courier: { ctx, lanes }, stopping }: Loop, nextDueAt: number | null): Promise<void> {
  const nowMs = ctx.clock.now();
  const times = [nowMs + pollMs, nextDueAt, lanes.nextRoomAt(ctx.config, nowMs)].filter((at) => at !== null);
  if (stopping.signal.aborted) return;
  const nap = new AbortController();
  // Without a reason an error is made for nobody, with the stack that it comes from.
  const wake = () => nap.abort('over');
  stopping.signal.addEventListener('abort', wake, { once: true });
  const rung = ctx.signals.messages.wait(nap.signal);
  await Promise.race([rung, ctx.clock.wait(Math.max(0, Math.min(...times) - nowMs), nap.signal)]);
  stopping.signal.removeEventListener('abort', wake);
  wake();
}
