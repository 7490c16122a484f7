import type { Api, GrammyError } from 'grammy';
import type { ChannelConfig } from '../../config/types.ts';
import { describeError } from '../../core/errors.ts';
import { severityRank } from '../../core/severity.ts';
import { judgeHttpStatus } from '../decide.ts';
import { recall, remember } from '../queries-memory.ts';
import { type Part, renderLines, splitIntoParts } from '../render.ts';
import type { Message, Outcome } from '../types.ts';
import type { Channel, ChannelDeps } from './index.ts';
import { findTelegramTarget, type TelegramTarget } from './telegram-target.ts';

type TelegramConfig = Extract<ChannelConfig, { type: 'telegram' }>;

/** Of one message, by the Bot API's own limit. */
const maxLength = 4096;
const requestTimeoutSeconds = 8;
// A message of many parts stops here and goes on in its next attempt, well inside the 30 s of its lease.
const sendForMs = 10_000;

/** Sends messages to a Telegram chat or topic, in as many parts as they need. */
export const telegramChannel: Channel<TelegramConfig> = {
  async send(message, config, deps) {
    const target = findTelegramTarget(deps.telegram, config.channel);
    if ('missing' in target) {
      return { kind: 'skipped', status: 'skipped_unconfigured', error: target.missing };
    }
    const movedTo = await recall(deps.ctx, message.channel, memoryKey(target.chatId));
    const api = await createTelegramApi(target.token, config.apiRoot);
    return sendParts({ message, target, api, deps, chatId: movedTo ?? target.chatId });
  },
};

/** Answers grammY's client without its retries: the outbox has its own. */
export async function createTelegramApi(token: string, apiRoot: string | null): Promise<Api> {
  // The part for browsers asks by the fetch that Node has too; the other brings one whose age Node complains of on standard error.
  const { Api } = await import('grammy/web');
  return new Api(token, {
    ...(apiRoot === null ? {} : { apiRoot }),
    timeoutSeconds: requestTimeoutSeconds,
    sensitiveLogs: false,
  });
}

type Delivery = { message: Message; target: TelegramTarget; api: Api; deps: ChannelDeps; chatId: string };

async function sendParts(delivery: Delivery): Promise<Outcome> {
  const { message, target, deps } = delivery;
  const [title = '', ...lines] = renderLines(message);
  const label = target.labelled ? `[${message.channel}] ` : '';
  const parts = splitIntoParts([`${label}${title}`, ...lines], maxLength);
  const sentParts = [...message.sentParts];
  const stopAt = deps.ctx.clock.now() + sendForMs;
  for (const part of parts.slice(sentParts.length)) {
    try {
      if (deps.ctx.clock.now() > stopAt) throw new Error('the parts took too long; the rest follows');
      sentParts.push(String(await sendPart(delivery, part)));
    } catch (error) {
      return withParts(judgeTelegramError(error, target.token, deps.ctx.clock.now()), sentParts);
    }
  }
  return { kind: 'delivered', providerMessageId: sentParts.join(',') };
}

function withParts(outcome: Outcome, sentParts: readonly string[]): Outcome {
  return outcome.kind === 'delivered' || outcome.kind === 'skipped' ? outcome : { ...outcome, sentParts };
}

/** Sends one part; follows a group that became a supergroup, and takes refused markup away. Answers the message id. */
async function sendPart(delivery: Delivery, part: Part): Promise<number> {
  try {
    return await post(delivery, part.html, 'HTML');
  } catch (error) {
    const refusal = asRefusal(error);
    const movedTo = refusal?.parameters?.migrate_to_chat_id;
    if (movedTo !== undefined) {
      await followMove(delivery, String(movedTo));
      return post(delivery, part.html, 'HTML');
    }
    if (refusal && /can't parse entities/i.test(refusal.description)) return post(delivery, part.plain, null);
    throw error;
  }
}

async function followMove(delivery: Delivery, movedTo: string): Promise<void> {
  const { deps, message, target } = delivery;
  delivery.chatId = movedTo;
  await remember(deps.ctx, message.channel, memoryKey(target.chatId), movedTo);
}

async function post({ api, chatId, message, target }: Delivery, text: string, parseMode: 'HTML' | null) {
  const sent = await api.sendMessage(toChatId(chatId), text, {
    ...(parseMode === null ? {} : { parse_mode: parseMode }),
    ...(target.topicId === null ? {} : { message_thread_id: target.topicId }),
    ...(severityRank(message.severity) >= severityRank('P2') ? { disable_notification: true } : {}),
    link_preview_options: { is_disabled: true },
  });
  return sent.message_id;
}

function toChatId(chatId: string): string | number {
  return /^-?\d+$/.test(chatId) ? Number(chatId) : chatId;
}

function memoryKey(chatId: string): string {
  return `telegram_chat:${chatId}`;
}

/** Answers what the Bot API refused, null for any other error. grammY is loaded only when it is used, so its classes are told by name. */
function asRefusal(error: unknown): GrammyError | null {
  return error instanceof Error && error.name === 'GrammyError' ? (error as GrammyError) : null;
}

/** Answers what an error of grammY means. The token is part of every address, so it is taken out of what is told. */
export function judgeTelegramError(error: unknown, token: string, now: number): Outcome {
  const refusal = asRefusal(error);
  if (refusal) {
    const retryAfter = refusal.parameters?.retry_after;
    const retryAt = retryAfter === undefined ? null : now + retryAfter * 1000;
    return judgeHttpStatus(refusal.error_code, refusal.description, retryAt);
  }
  const inner = error instanceof Error && 'error' in error ? `: ${describeError(error.error)}` : '';
  const text = `${describeError(error)}${inner}`.replaceAll(token, '[redacted]');
  return { kind: 'unreachable', cause: 'network', error: text, retryAt: null };
}
