import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Redaction } from './redact-fields.ts';
import type { SentryClient } from './sentry-client.ts';
import { makeErrorEvent } from './sentry-event.ts';

export type ErrorReportsOptions = {
  dsn: string;
  environment: string;
  /** 0 to 1: which share of actions is told of. */
  tracesSampleRatio: number;
  release: string;
  redaction: Redaction;
  clock: Clock;
  /** Answers from 0 up to 1. */
  random(): number;
};

/** An action that was answered; of what was asked and answered it says nothing. */
export type AnsweredAction = { name: string; status: number; durationMs: number; requestId: string };

/** What Sentry is told of this process. Nothing of it throws, and nothing but `close` waits. */
export type ErrorReports = {
  /** Answers the log, of which Sentry is told too what is written at error with an `err`. */
  follow(log: Log): Log;
  /** Tells of a sampled part of the actions; null where none is asked for. */
  readonly traceAction: ((action: AnsweredAction) => void) | null;
  /** Waits two seconds at most for what is under way, and ends it. */
  close(): Promise<void>;
};

/** Of events and of actions each; a fault that comes with every request must not become a flood of our own. */
const eventsPerSecond = 10;
const actionsPerSecond = 50;
const closeWithinMs = 2000;

/** Answers what tells Sentry of errors. Loads Sentry's client, which takes 100 ms: for processes that have a DSN alone. */
export async function openErrorReports(options: ErrorReportsOptions): Promise<ErrorReports> {
  const { createSentryClient, parseStack } = await import('./sentry-client.ts');
  const { dsn, environment, release, clock, redaction, tracesSampleRatio, random } = options;
  const ending = new AbortController();
  const client = createSentryClient({ dsn, environment, release }, ending.signal);
  const isNews = createLimit(clock, eventsPerSecond);
  const hasRoom = createLimit(clock, actionsPerSecond);
  return {
    follow: (log) => ({
      debug: (fields, message) => log.debug(fields, message),
      info: (fields, message) => log.info(fields, message),
      warn: (fields, message) => log.warn(fields, message),
      error(fields, message) {
        log.error(fields, message);
        if (fields.err === undefined || !isNews(message)) return;
        client.captureEvent(makeErrorEvent(fields, message, { redaction, parseStack }));
      },
    }),
    traceAction:
      tracesSampleRatio === 0
        ? null
        : (action) => {
            if (random() < tracesSampleRatio && hasRoom(action.requestId)) tellAction(client, action, clock);
          },
    async close() {
      const tooLate = new AbortController();
      await Promise.race([client.close(closeWithinMs), clock.wait(closeWithinMs, tooLate.signal)]);
      tooLate.abort();
      ending.abort();
    },
  };
}

/** One span without children: its name, how it ended, and how long it took. */
function tellAction(client: SentryClient, action: AnsweredAction, clock: Clock): void {
  const { name, status, durationMs, requestId } = action;
  const endedAtSeconds = clock.now() / 1000;
  client.captureEvent({
    type: 'transaction',
    transaction: name,
    transaction_info: { source: 'custom' },
    start_timestamp: endedAtSeconds - durationMs / 1000,
    timestamp: endedAtSeconds,
    tags: { request_id: requestId },
    contexts: {
      trace: {
        trace_id: randomHex(16),
        span_id: randomHex(8),
        op: 'action',
        status: statusWord(status),
        data: { 'http.response.status_code': status },
      },
    },
  });
}

function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

/** As https://develop.sentry.dev/sdk/telemetry/traces/span-status/ has them, coarser. */
function statusWord(status: number): string {
  if (status < 400) return 'ok';
  return status < 500 ? 'invalid_argument' : 'internal_error';
}

/** Answers what lets each word through once a second, and so many words in all; no more than these are remembered. */
function createLimit(clock: Clock, perSecond: number): (word: string) => boolean {
  const words = new Set<string>();
  let second = -1;
  return (word) => {
    const now = Math.floor(clock.now() / 1000);
    if (now !== second) words.clear();
    second = now;
    if (words.size >= perSecond || words.has(word)) return false;
    words.add(word);
    return true;
  };
}
