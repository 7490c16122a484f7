import { type BaseTransportOptions, createStackParser, createTransport, type Transport } from '@sentry/core';
import { nodeStackLineParser, ServerRuntimeClient } from '@sentry/core/server';
import { request } from 'undici';

export type SentryClient = Pick<ServerRuntimeClient, 'captureEvent' | 'close'>;

/** What waits for a Sentry that does not answer; more is dropped. */
const waitingAtMost = 32;
const sendWithinMs = 5000;
/** As Sentry's own transports send it. */
const headers = { 'content-type': 'application/x-sentry-envelope' };

/** Reads the frames of a stack as V8 writes it. */
export const parseStack = createStackParser(nodeStackLineParser());

/** Answers Sentry's client by itself: it patches nothing, looks at no request and reads no file. `ending` cuts off what is being sent. */
export function createSentryClient(
  options: { dsn: string; environment: string; release: string },
  ending: AbortSignal,
): SentryClient {
  return new ServerRuntimeClient({
    ...options,
    platform: 'node',
    integrations: [],
    stackParser: parseStack,
    sendClientReports: false,
    traceLifecycle: 'static',
    transport: (about) => createSender(about, ending),
  });
}

function createSender(options: BaseTransportOptions, ending: AbortSignal): Transport {
  return createTransport({ ...options, bufferSize: waitingAtMost }, async ({ body }) => {
    const signal = AbortSignal.any([ending, AbortSignal.timeout(sendWithinMs)]);
    const { statusCode, ...answer } = await request(options.url, { method: 'POST', body, signal, headers });
    await answer.body.dump();
    const readHeader = (name: string) => [answer.headers[name] ?? null].flat()[0] ?? null;
    const limits = readHeader('x-sentry-rate-limits');
    return {
      statusCode,
      headers: { 'x-sentry-rate-limits': limits, 'retry-after': readHeader('retry-after') },
    };
  });
}
