import type { Socket } from 'node:net';
import type { Client, Dispatcher } from 'undici';
import { isSecretName } from '../../config/redact.ts';
import type { CheckTarget } from '../../config/types.ts';
import type { Clock } from '../../core/clock.ts';
import type { SubjectName } from '../../core/condition.ts';
import { createBody } from '../../core/evaluate-condition.ts';
import type { Answer, Probe } from '../types.ts';
import { openSocket, readCertificateDays } from './connect.ts';

/** What is asked, and how. */
export type HttpTarget = Omit<Extract<CheckTarget, { kind: 'http' }>, 'kind'>;

const maxBodyBytes = 1024 * 1024;
const maxRedirections = 5;

/** Closed sockets need a reason; one that is made once spares a stack trace per probe. */
const finished = new Error('the check has its answer');

/** Answers a probe that asks over a connection of its own. The latency is that of the final answer's head; the body is read, up to 1 MiB, only when `subjects` has it. */
export function createHttpProbe(check: HttpTarget, subjects: ReadonlySet<SubjectName>): Probe {
  const url = new URL(check.url);
  const request: Dispatcher.DispatchOptions = {
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: check.method,
    headers: requestHeaders(check, url),
    body: check.body,
    reset: true,
  };
  const secretHeaders = Object.keys(check.headers).filter(isSecretName);
  // Begun when a check of this kind is there, so that its first probe does not wait for it.
  const loading = import('undici');
  return async (clock, stop) => {
    const undici = await loading;
    return new Promise((resolve, reject) => {
      const line = createLine(undici, check.tlsVerify);
      const close = () => line.close();
      stop.addEventListener('abort', close, { once: true });
      const settle = (answer: Answer | Error) => {
        stop.removeEventListener('abort', close);
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
        // Not within the parser's call, which would take the end of the socket for a broken answer.
        queueMicrotask(close);
      };
      const dispatch = check.followRedirects
        ? followRedirects(undici, line.dispatch, secretHeaders)
        : line.dispatch;
      dispatch({ ...request }, createHandler(clock, subjects, line, settle));
    });
  };
}

type Undici = typeof import('undici');

/** Secrets stay with the origin that they are meant for; `Authorization` and cookies do so by themselves. */
function followRedirects(
  { interceptors }: Undici,
  dispatch: Dispatcher['dispatch'],
  stripHeadersOnCrossOriginRedirect: string[],
): Dispatcher['dispatch'] {
  const options = { maxRedirections, throwOnMaxRedirect: true, stripHeadersOnCrossOriginRedirect };
  return interceptors.redirect(options)(dispatch);
}

function requestHeaders(check: HttpTarget, url: URL): Record<string, string> {
  const names = new Set(Object.keys(check.headers).map((name) => name.toLowerCase()));
  const headers: Record<string, string> = { ...check.headers };
  if (!names.has('user-agent')) headers['user-agent'] = 'tocsin';
  if (url.username !== '' && !names.has('authorization')) {
    const userInfo = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.authorization = `Basic ${Buffer.from(userInfo).toString('base64')}`;
  }
  return headers;
}

/** The one connection of a probe; a redirect closes it and opens the next. */
type Line = { dispatch: Dispatcher['dispatch']; socket(): Socket | null; close(): void };

function createLine({ Client: OneClient }: Undici, tlsVerify: boolean): Line {
  let client: Client | null = null;
  let socket: Socket | null = null;
  const close = () => {
    // The client alone would leave a socket that is still connecting to the system's own timeout.
    client?.destroy(finished, () => {});
    socket?.destroy();
  };
  return {
    dispatch(options, handler) {
      close();
      client = new OneClient(options.origin ?? '', {
        allowH2: false,
        // The wall of the check is the only time limit.
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: (address, callback) => {
          socket = openSocket(address, tlsVerify, callback);
        },
      });
      return client.dispatch(options, handler);
    },
    socket: () => socket,
    close,
  };
}

function createHandler(
  clock: Clock,
  subjects: ReadonlySet<SubjectName>,
  line: Line,
  settle: (answer: Answer | Error) => void,
): Dispatcher.DispatchHandler {
  const startedAt = clock.now();
  const answer: Answer = { facts: { latencyMs: 0 }, failure: null };
  const chunks: Buffer[] = [];
  let bodyBytes = 0;
  return {
    onRequestStart() {},
    onResponseStart(controller, status, headers) {
      if (status < 200) return;
      answer.facts = { latencyMs: clock.now() - startedAt, status, headers };
      const certificateDays = readCertificateDays(line.socket(), clock.now());
      if (certificateDays !== undefined) answer.facts.certificateDays = certificateDays;
      if (subjects.has('body')) return;
      // A parser that stops here makes no error of the end that follows: a quarter of a probe's cost.
      controller.pause();
      settle(answer);
    },
    onResponseData(_, chunk) {
      bodyBytes += chunk.length;
      if (bodyBytes <= maxBodyBytes) chunks.push(chunk);
      else settle({ ...answer, failure: bodyTooLarge });
    },
    onResponseEnd() {
      settle({ ...answer, facts: { ...answer.facts, body: createBody(Buffer.concat(chunks).toString()) } });
    },
    onResponseError(_, error) {
      settle(error);
    },
  };
}

const bodyTooLarge = {
  status: 'down',
  reason: 'body_too_large',
  detail: `the body is longer than ${maxBodyBytes} bytes`,
} as const;
