import { setTimeout as sleep } from 'node:timers/promises';
import { alternate } from './harness/alternate.ts';
import type { Benchmark, Measure } from './harness/benchmark.ts';
import { openSender, type Sender } from './harness/sender.ts';
import { waitUntil } from './harness/wait.ts';
import { tocsinSides } from './sides/engines.ts';
import { type Inbox, tellingSides } from './sides/receivers.ts';
import { findNumbers, type Server } from './sides/server.ts';

const about = {
  name: 'first-message',
  summary:
    'from sending an alert to its first message at a receiver, without group wait; one at a time, then 200 a second',
};
const warmupCount = 30;
const aloneCount = 300;
const ratePerSecond = 200;
const rateSeconds = 5;
const arriveWithinMs = 60_000;

/** How long it takes until somebody hears of a new problem; for Tocsin that is alert, incident and message, each durable. */
export const firstMessage: Benchmark = {
  ...about,
  run: (options) =>
    alternate(about, options, {
      columns: [
        { key: 'p50Ms', title: 'p50 ms' },
        { key: 'p99Ms', title: 'p99 ms' },
        { key: 'p50AtRateMs', title: 'p50 ms at 200/s' },
        { key: 'p99AtRateMs', title: 'p99 ms at 200/s' },
      ],
      sides: tellingSides(options, measure),
      goals: tocsinSides.flatMap((side) => [
        { side, column: 'p50Ms', bound: 'at most' as const, value: 5, of: null },
        { side, column: 'p99Ms', bound: 'at most' as const, value: 25, of: null },
        { side, column: 'p99AtRateMs', bound: 'at most' as const, value: 50, of: null },
      ]),
    }),
};

async function measure(server: Server, inbox: Inbox): Promise<Measure> {
  const receivedAt = new Map<number, number>();
  inbox.onMessage = (body, at) => {
    // Repeats and later messages do not count.
    for (const number of findNumbers(body)) if (!receivedAt.has(number)) receivedAt.set(number, at);
  };
  const { port, path, token } = server;
  const sender = await openSender({ port, path, token, body: server.buildBody(1, 'error') });
  try {
    const alone = await measureAlone(sender, inbox, receivedAt);
    const atRate = await measureAtRate(sender, receivedAt);
    return {
      p50Ms: percentile(alone, 0.5),
      p99Ms: percentile(alone, 0.99),
      p50AtRateMs: percentile(atRate, 0.5),
      p99AtRateMs: percentile(atRate, 0.99),
    };
  } finally {
    sender.close();
  }
}

/** Sends each alert when the message of the one before has come. */
async function measureAlone(
  sender: Sender,
  inbox: Inbox,
  receivedAt: Map<number, number>,
): Promise<number[]> {
  const latencies: number[] = [];
  const record = inbox.onMessage;
  for (let number = 1; number <= warmupCount + aloneCount; number++) {
    const arrived = Promise.withResolvers<void>();
    inbox.onMessage = (body, at) => {
      record(body, at);
      if (receivedAt.has(number)) arrived.resolve();
    };
    const timer = setTimeout(
      () => arrived.reject(new Error(`no message of alert ${number}`)),
      arriveWithinMs,
    );
    const sentAt = performance.now();
    await Promise.all([sender.send(number), arrived.promise]);
    clearTimeout(timer);
    if (number > warmupCount) latencies.push((receivedAt.get(number) ?? 0) - sentAt);
  }
  inbox.onMessage = record;
  return latencies;
}

/** Sends by the clock, whatever has come; counted from when each was due, so that a late sender hides nothing. */
async function measureAtRate(sender: Sender, receivedAt: Map<number, number>): Promise<number[]> {
  const first = warmupCount + aloneCount + 1;
  const count = ratePerSecond * rateSeconds;
  const startedAt = performance.now();
  const dueAt = (i: number) => startedAt + (i * 1000) / ratePerSecond;
  const answers: Promise<void>[] = [];
  for (let i = 0; i < count; i++) {
    const waitMs = dueAt(i) - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    answers.push(sender.send(first + i));
  }
  await Promise.all(answers);
  const isComplete = () => receivedAt.size >= first - 1 + count;
  await waitUntil(isComplete, { everyMs: 10, timeoutMs: arriveWithinMs });
  // What has not come by now counts as if it came now: the truth is worse.
  const endedAt = performance.now();
  return Array.from({ length: count }, (_, i) => (receivedAt.get(first + i) ?? endedAt) - dueAt(i));
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}
