import type { AlertReport } from '../core/hand-over.ts';
import {
  createFinish,
  createLanes,
  createSender,
  decideAttempt,
  type Finish,
  type Lanes,
  type NextState,
  readStored,
  recordFinished,
  reportFailure,
  reportNews,
  type Sender,
} from '../notify/index.ts';
import { createGroupCommit, type GroupCommit, type NotificationRow } from '../store/index.ts';
import type { FlowCtx } from './context.ts';

const maxInFlightPerChannel = 50;
const maxRecordsPerCommit = 500;
const recordRetryMs = 500;

export type DelivererDeps = {
  ctx: FlowCtx;
  /** Where alerts about failing channels go. */
  report: (report: AlertReport) => Promise<unknown>;
  /** At least 0, below 1. */
  random: () => number;
  /** Hears of each look into the outbox that went well. */
  onRound?(): void;
};

/** What sending needs beside the message. */
export type Courier = DelivererDeps & {
  lanes: Lanes;
  sender: Sender;
  recorder: GroupCommit<Finish, boolean>;
  /** Whether something due was in the outbox at the last look: it may wait for a message that is under way. */
  mayHoldUp: boolean;
};

/** Answers a courier; it holds sockets until its sender is closed. */
export function createCourier(deps: DelivererDeps): Courier {
  const { ctx } = deps;
  return {
    ...deps,
    mayHoldUp: true,
    lanes: createLanes(maxInFlightPerChannel),
    sender: createSender(ctx),
    recorder: createGroupCommit({
      maxWeight: maxRecordsPerCommit,
      maxAtOnce: 1,
      commit: async (finishes) => {
        const recorded = await recordFinished(ctx, finishes);
        return finishes.map(({ notificationId }) => recorded.has(notificationId));
      },
    }),
  };
}

/** Makes one attempt with a leased message, and records what became of it. */
export async function sendMessage(courier: Courier, row: NotificationRow): Promise<void> {
  const { ctx, lanes, sender, random } = courier;
  const sentAt = ctx.clock.now();
  lanes.begin(row.channel, ctx.config, sentAt);
  const { outcome, stored } = await sender.send(row, ctx.config);
  const now = ctx.clock.now();
  const news = lanes.end(row.channel, ctx.config, outcome, now);
  const { dueAt, expectedAt = dueAt } = stored ?? readStored(row);
  const attempt = { attempts: row.attempts, dueAt, now, jitter: random() };
  const next = decideAttempt(outcome, attempt);
  if (await record(courier, createFinish(row, outcome, next, now), row.locked_until ?? 0)) {
    await conclude(courier, row, next, sentAt - expectedAt);
  }
  // The next message of the thread may go now, or this one again in time.
  if (next.status === 'pending' || courier.mayHoldUp) ctx.signals.messages.ring();
  const trouble = reportNews(row, news, next.error, now);
  if (trouble) await courier.report(trouble);
}

/** Answers whether the lease still held. Keeps trying meanwhile: what was sent and is not recorded is sent again. */
async function record({ ctx, recorder }: Courier, finish: Finish, lockedUntil: number): Promise<boolean> {
  for (;;) {
    try {
      return await recorder.submit(finish);
    } catch (err) {
      const fields = { tag: 'notify', err, id: finish.notificationId };
      ctx.log.error(fields, '[notify] cannot record what became of a message');
      if (ctx.clock.now() + recordRetryMs >= lockedUntil) return false;
      await ctx.clock.wait(recordRetryMs);
    }
  }
}

/** Counts what became of a message, and tells of one that was given up. */
async function conclude(
  { ctx, report }: Courier,
  row: NotificationRow,
  next: NextState,
  latencyMs: number,
): Promise<void> {
  const { channel, notification_id: id } = row;
  const { status, error } = next;
  ctx.metrics.notifications.inc({ channel, status: status === 'pending' ? 'retried' : status });
  if (status === 'delivered') {
    ctx.metrics.notifyLatencySeconds.observe(Math.max(0, latencyMs) / 1000);
    return;
  }
  const fields = { tag: 'notify', id, channel, status, error };
  ctx.log.warn(fields, `[notify] a message to ${channel} was not delivered: ${error}`);
  const failure = reportFailure(row, next, ctx.clock.now());
  if (failure) await report(failure);
}
