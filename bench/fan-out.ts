import { alternate } from './harness/alternate.ts';
import type { Benchmark, Measure } from './harness/benchmark.ts';
import { openProbe } from './harness/probe.ts';
import { openSender } from './harness/sender.ts';
import { waitUntil } from './harness/wait.ts';
import { tocsinSides } from './sides/engines.ts';
import { type Inbox, tellingSides } from './sides/receivers.ts';
import { findNumbers, type Server } from './sides/server.ts';

const about = {
  name: 'fan-out',
  summary: '5,000 different alerts that open no incident, a message each, without group wait',
};
const alerts = 5000;
const perRequest = 100;
const arriveWithinMs = 60_000;
const delivered = `select count(*) from notification where status = 'delivered'`;

/** How many messages a second go out, and are recorded as delivered. */
export const fanOut: Benchmark = {
  ...about,
  run: (options) =>
    alternate(about, options, {
      columns: [
        { key: 'receivedPerSecond', title: 'received/s' },
        { key: 'recordedPerSecond', title: 'recorded as delivered/s' },
      ],
      sides: tellingSides(options, measure),
      goals: tocsinSides.map((side) => ({
        side,
        column: 'recordedPerSecond',
        bound: 'at least',
        value: 2000,
        of: null,
      })),
    }),
};

async function measure(server: Server & { database?: string }, inbox: Inbox): Promise<Measure> {
  const received = new Set<number>();
  let messages = 0;
  let lastAt = 0;
  inbox.onMessage = (body, at) => {
    messages++;
    lastAt = at;
    for (const number of findNumbers(body)) received.add(number);
  };
  const startedAt = performance.now();
  await sendAll(server);
  const isComplete = () => received.size >= alerts;
  if (!(await waitUntil(isComplete, { everyMs: 2, timeoutMs: arriveWithinMs })))
    throw new Error(`only ${received.size} of ${alerts} messages came`);
  const perSecond = (endedAt: number) => alerts / ((endedAt - startedAt) / 1000);
  const receivedPerSecond = perSecond(lastAt);
  if (server.database === undefined) return { receivedPerSecond };
  await waitUntilRecorded(server.database);
  const recordedPerSecond = perSecond(performance.now());
  if (messages !== alerts) throw new Error(`${messages} messages of ${alerts} alerts: some came twice`);
  return { receivedPerSecond, recordedPerSecond };
}

async function sendAll(server: Server): Promise<void> {
  const { port, path, token } = server;
  const sender = await openSender({ port, path, token, body: server.buildBody(perRequest) });
  for (let number = 1; number <= alerts; number += perRequest) await sender.send(number);
  sender.close();
}

async function waitUntilRecorded(database: string): Promise<void> {
  const probe = await openProbe(database);
  const isRecorded = async () => (await probe.count(delivered)) >= alerts;
  const recorded = await waitUntil(isRecorded, { everyMs: 5, timeoutMs: arriveWithinMs });
  await probe.close();
  if (!recorded) throw new Error('not all messages are recorded as delivered');
}
