import type { Dispatcher } from 'undici';
import type { ChannelConfig } from '../../config/types.ts';
import { describeError } from '../../core/errors.ts';
import { judgeHttpStatus, readRetryAfter } from '../decide.ts';
import { renderText } from '../render.ts';
import type { Message, Outcome } from '../types.ts';
import { type Answer, exchange } from './exchange.ts';
import type { Channel } from './index.ts';
import { signWebhook } from './sign-webhook.ts';

type WebhookConfig = Extract<ChannelConfig, { type: 'webhook' }>;

const shownAnswerLength = 200;

/** Posts messages as JSON to any address; redirects are not followed. */
export const webhookChannel: Channel<WebhookConfig> = {
  async send(message, config, { ctx, http }) {
    try {
      const answer = await post(http, message, config);
      const header = answer.headers['retry-after'];
      const retryAfter = Array.isArray(header) ? header[0] : header;
      return judgeHttpStatus(
        answer.statusCode,
        quote(answer.text),
        readRetryAfter(retryAfter, ctx.clock.now()),
      );
    } catch (error) {
      return judgeFailure(error, config.timeoutMs);
    }
  },
};

function post(http: Dispatcher, message: Message, config: WebhookConfig): Promise<Answer> {
  const url = new URL(config.url);
  const body = JSON.stringify(createBody(message));
  const request = {
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: 'POST',
    headers: createHeaders(message, config, url, body),
    body,
  } as const;
  return exchange(http, request, { timeoutMs: config.timeoutMs, textLength: shownAnswerLength });
}

/** The contract of the `webhook` channel. */
function createBody(message: Message) {
  const { event, idempotencyKey, reason, severity, title, sentAt, url, incident, alert, run } = message;
  return {
    event,
    idempotency_key: idempotencyKey,
    reason,
    severity,
    title,
    text: renderText(message),
    sent_at: new Date(sentAt).toISOString(),
    url,
    ...(incident ? { incident } : {}),
    ...(alert ? { alert } : {}),
    ...(run ? { run } : {}),
  };
}

function createHeaders(
  message: Message,
  config: WebhookConfig,
  url: URL,
  body: string,
): Record<string, string> {
  const headers: Record<string, string> = {};
  if (url.username !== '') headers.authorization = `Basic ${readUserInfo(url)}`;
  for (const [name, value] of Object.entries(config.headers)) headers[name.toLowerCase()] = value;
  return {
    'user-agent': 'tocsin',
    ...headers,
    'content-type': 'application/json',
    'idempotency-key': message.idempotencyKey,
    ...signWebhook(message.idempotencyKey, message.sentAt, body, config.secret),
  };
}

function readUserInfo(url: URL): string {
  const userInfo = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return Buffer.from(userInfo).toString('base64');
}

/** Answers what a receiver says to a refusal, on one line. */
function quote(text: string): string {
  return text
    .slice(0, shownAnswerLength)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}

function judgeFailure(error: unknown, timeoutMs: number): Outcome {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return {
      kind: 'unreachable',
      cause: 'timeout',
      error: `no answer within ${timeoutMs} ms`,
      retryAt: null,
    };
  }
  const isBrokenOff = error instanceof Error && 'code' in error && error.code === 'UND_ERR_DESTROYED';
  const said = isBrokenOff ? 'no answer until Tocsin was stopped' : describeError(error);
  return { kind: 'unreachable', cause: 'network', error: said, retryAt: null };
}
