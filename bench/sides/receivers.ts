import type { Measure, Options, Side } from '../harness/benchmark.ts';
import { type Receiver, startReceiver } from '../harness/receiver.ts';
import { alertmanagerSide, startAlertmanager } from './alertmanager.ts';
import { onBothEngines } from './engines.ts';
import { startMessageFloor } from './floor.ts';
import type { Server } from './server.ts';
import { startTocsin, type TocsinServer, tellAll } from './tocsin.ts';

/** Who takes messages in the course of a measurement; it may be replaced while it runs. */
export type Inbox = { onMessage(body: string, receivedAt: number): void };

type MeasureServer = (server: Server & { database?: string }, inbox: Inbox) => Promise<Measure>;

/** Answers all who tell of alerts at once by a webhook: Tocsin on both engines, bare parts on SQLite, and Alertmanager. */
export function tellingSides(options: Options, measure: MeasureServer): Side[] {
  return [
    ...onBothEngines(options, (postgres) => onTocsin(options, postgres, measure)),
    { name: 'bare sqlite', missing: null, measure: () => onBareParts(options, measure) },
    alertmanagerSide(options, () =>
      withReceiver(async (receiver, inbox) => {
        const server = await startAlertmanager(options, { receiverUrl: receiver.url });
        return measure(server, inbox).finally(server.stop);
      }),
    ),
  ];
}

function onTocsin(options: Options, postgres: string | null, measure: MeasureServer): Promise<Measure> {
  return withReceiver(async (receiver, inbox) => {
    const server: TocsinServer = await startTocsin(options.sandbox, {
      postgres,
      config: tellAll(receiver.url),
    });
    return measure(server, inbox).finally(server.stop);
  });
}

function onBareParts({ sandbox }: Options, measure: MeasureServer): Promise<Measure> {
  return withReceiver(async (receiver, inbox) => {
    const server = await startMessageFloor(sandbox, receiver.url);
    return measure(server, inbox).finally(server.stop);
  });
}

async function withReceiver(
  measure: (receiver: Receiver, inbox: Inbox) => Promise<Measure>,
): Promise<Measure> {
  const inbox: Inbox = { onMessage() {} };
  const receiver = await startReceiver((body, receivedAt) => inbox.onMessage(body, receivedAt));
  try {
    return await measure(receiver, inbox);
  } finally {
    await receiver.close();
  }
}
