import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Ledger, Report } from './ledger.ts';
import type { Problems } from './problems.ts';
import type { Random } from './random.ts';

const loops = 8;
const maxPauseMs = 200;
const batchShare = 0.1;
const maxBatch = 20;
const retryPauseMs = 100;
const answerWithinMs = 10_000;

export type ClientDeps = {
  ledger: Ledger;
  problems: Problems;
  random: Random;
  token: string;
  /** Ports that reports can go to, whether somebody listens there now or not. */
  ports: readonly number[];
};

/** Reports problems all the time, and again until they are acknowledged. */
export type Client = {
  /** Emits `answer` with the port right after each acknowledgement. */
  readonly events: EventEmitter<{ answer: [port: number] }>;
  start(): void;
  /** Throws where an answer came that nobody should get. */
  throwIfFailed(): void;
  /** Resolves when everything that was begun is acknowledged. Throws as `throwIfFailed` does. */
  stop(): Promise<void>;
  /** Reports these, and resolves when they are acknowledged. */
  reportAll(reports: readonly Report[]): Promise<void>;
};

/** Answers a client of several loops; each has one request under way. */
export function createClient({ ledger, problems, random, token, ports }: ClientDeps): Client {
  const events = new EventEmitter<{ answer: [port: number] }>();
  let stopped = false;
  let failure: unknown = null;
  let running: Promise<unknown> = Promise.resolve();
  const throwIfFailed = () => {
    if (failure !== null) throw failure;
  };

  const report = async (reports: readonly Report[]): Promise<void> => {
    for (;;) {
      const port = random.pick(ports);
      ledger.totals.requests++;
      const answers = await post(port, token, reports, ledger);
      if (answers === null) {
        await sleep(retryPauseMs);
        continue;
      }
      reports.forEach((one, i) => {
        ledger.recordAnswer(one, answers[i] as Answer);
      });
      events.emit('answer', port);
      return;
    }
  };

  const loop = async () => {
    while (!stopped) {
      const size = random.isLucky(batchShare) ? random.between(2, maxBatch) : 1;
      await report(Array.from({ length: size }, () => problems.next()));
      await sleep(random.between(0, maxPauseMs));
    }
  };

  return {
    events,
    start() {
      const end = (error: unknown) => {
        failure = error;
        stopped = true;
      };
      running = Promise.all(Array.from({ length: loops }, loop)).catch(end);
    },
    throwIfFailed,
    async stop() {
      stopped = true;
      await running;
      throwIfFailed();
    },
    async reportAll(reports) {
      for (let first = 0; first < reports.length; first += 500)
        await report(reports.slice(first, first + 500));
    },
  };
}

/** Answers one answer a report, or null where none came: then nobody knows whether it counts. */
async function post(
  port: number,
  token: string,
  reports: readonly Report[],
  ledger: Ledger,
): Promise<Answer[] | null> {
  const sent = await send(port, token, JSON.stringify(reports.length === 1 ? reports[0] : reports));
  if (sent.kind === 'refused') ledger.totals.refused++;
  if (sent.kind === 'unanswered') for (const report of reports) ledger.recordUnanswered(report);
  if (sent.kind !== 'answered') return null;
  const answers = [sent.body].flat() as Answer[];
  if (answers.length !== reports.length || answers.some((answer) => !answer.accepted))
    throw new Error(`not all reports were accepted: ${JSON.stringify(sent.body).slice(0, 1000)}`);
  return answers;
}

type Sent = { kind: 'answered'; body: unknown } | { kind: 'unanswered' } | { kind: 'refused' };

async function send(port: number, token: string, body: string): Promise<Sent> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/alerts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(answerWithinMs),
    });
    const text = await answer.text();
    if (answer.status === 200) return { kind: 'answered', body: JSON.parse(text) };
    if (answer.status >= 500) return { kind: 'unanswered' };
    throw new UnexpectedAnswer(`${answer.status} ${text.slice(0, 1000)}`);
  } catch (error) {
    if (error instanceof UnexpectedAnswer) throw error;
    return { kind: isRefused(error) ? 'refused' : 'unanswered' };
  }
}

class UnexpectedAnswer extends Error {}

/** Nobody listened, so that nothing was sent. */
function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ECONNREFUSED';
}
