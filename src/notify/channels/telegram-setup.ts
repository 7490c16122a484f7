import type { Chat, Update } from 'grammy/types';
import type { TelegramEnvironment } from '../../config/types.ts';
import { AppError } from '../../core/errors.ts';
import { createTelegramApi, judgeTelegramError } from './telegram.ts';

/** A chat that the bot has heard from, and the lines that send a channel's messages there. */
export type TelegramChat = {
  id: string;
  type: string;
  title: string;
  topic_id: string | null;
  env: string[];
};

export type TelegramSetup = { environment: TelegramEnvironment; name: string; apiRoot: string | null };

/**
 * Answers the chats and topics that the bot of a channel was lately spoken to in; `name` is the NAME of the channel's
 * environment variables. Throws VALIDATION_ERROR without a token, CONFLICT where another program reads the bot's updates.
 */
export async function findTelegramChats({
  environment,
  name,
  apiRoot,
}: TelegramSetup): Promise<TelegramChat[]> {
  const token = environment.tokens[name] ?? environment.defaultToken;
  if (token === null) {
    throw new AppError('VALIDATION_ERROR', 'TELEGRAM_BOT_TOKEN_DEFAULT is not set: @BotFather gives a token');
  }
  const updates = await readUpdates(token, apiRoot);
  const chats = new Map<string, TelegramChat>();
  for (const update of updates) {
    const found = describeChat(update, name);
    if (found) chats.set(`${found.id}/${found.topic_id}`, found);
  }
  return [...chats.values()];
}

async function readUpdates(token: string, apiRoot: string | null): Promise<Update[]> {
  try {
    const api = await createTelegramApi(token, apiRoot);
    return await api.getUpdates({ timeout: 0, limit: 100 });
  } catch (cause) {
    const outcome = judgeTelegramError(cause, token, 0);
    const error = 'error' in outcome ? outcome.error : '';
    if (error.startsWith('HTTP 409'))
      throw new AppError('CONFLICT', `another program reads this bot's updates: ${error}`);
    throw new AppError('UNAVAILABLE', `Telegram cannot be asked: ${error}`);
  }
}

function describeChat(update: Update, name: string): TelegramChat | null {
  const message = update.message ?? update.channel_post;
  const chat = message?.chat ?? update.my_chat_member?.chat;
  if (!chat) return null;
  const id = String(chat.id);
  const isTopic = message?.is_topic_message === true && message.message_thread_id !== undefined;
  const topicId = isTopic ? String(message.message_thread_id) : null;
  const env =
    topicId === null
      ? [`TELEGRAM_CHAT_ID_${name}=${id}`]
      : [`TELEGRAM_CHAT_ID_TOPICS=${id}`, `TELEGRAM_TOPIC_ID_${name}=${topicId}`];
  return { id, type: chat.type, title: nameOf(chat), topic_id: topicId, env };
}

function nameOf(chat: Chat): string {
  if (chat.title !== undefined) return chat.title;
  return (
    [chat.first_name, chat.last_name].filter((part) => part !== undefined).join(' ') || (chat.username ?? '')
  );
}
