import type { Client, ClientOptions, TocsinError } from '../sdk/index.js';
import { connect } from '../sdk/lib/client.js';
import { createTestClock, type TestClock } from './clock.ts';
import { type Answer, type Received, type Receiver, startReceiver } from './webhook-receiver.ts';

/** A client of a server on loopback that answers by script, with a clock that only the test moves. */
export type SdkHarness = {
  client: Client;
  clock: TestClock;
  receiver: Receiver;
  /** What went wrong, as its listener heard it. */
  problems: TocsinError[];
  /** What was said on standard error. */
  said: string[];
  /** Waits for the network until it is so, without moving the clock. */
  until(isSo: () => boolean): Promise<void>;
  /** Waits until so many requests have come. */
  reached(count: number): Promise<void>;
  /** Waits until so many requests are over, and the client goes by what they were answered. */
  asked(count: number): Promise<Received[]>;
};

/** Takes everything. */
export const well = ({ path, body }: Received): Answer => {
  const taken =
    path === '/v1/alerts' ? (JSON.parse(body) as unknown[]).map(() => ({ accepted: true })) : null;
  return { status: 200, body: JSON.stringify(taken ?? { recorded: 1 }) };
};

/** Answers the numbers in the titles of the alerts of a request. */
export const titlesIn = ({ body }: Received): string[] =>
  (JSON.parse(body) as { title: string }[]).map(({ title }) => title);

/** Starts both. */
export async function openClient(
  options: ClientOptions = {},
  env: Record<string, string> = {},
): Promise<SdkHarness> {
  const receiver = await startReceiver();
  receiver.standing = well;
  const clock = createTestClock();
  const problems: TocsinError[] = [];
  const said: string[] = [];
  let ids = 0;
  let over = 0;
  const world = {
    clock,
    random: () => 1,
    makeId: () => `batch-${++ids}`,
    // Over is what is read to its end, or was cut off.
    async fetch(...request: Parameters<typeof fetch>) {
      try {
        const { status, headers, body } = await readWhole(await fetch(...request));
        // What the client asks of an answer, without another turn of the loop.
        return { status, headers, body: inOnePiece(body) as unknown } as Response;
      } finally {
        over++;
      }
    },
    env: { TOCSIN_URL: `${receiver.url}/`, TOCSIN_TOKEN: 'toc_secret', TOCSIN_RUN_ID: 'run_1', ...env },
    say: (line: string) => void said.push(line),
  };
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    client: connect({ onProblem: (error) => problems.push(error), ...options }, world),
    clock,
    receiver,
    problems,
    said,
    until,
    reached: (count) => until(() => receiver.received.length >= count),
    async asked(count) {
      await until(() => over >= count);
      await new Promise((resolve) => setImmediate(resolve));
      return receiver.received;
    },
  };
}

async function readWhole(response: Response) {
  return { status: response.status, headers: response.headers, body: await response.bytes() };
}

async function* inOnePiece(body: Uint8Array) {
  yield body;
}
