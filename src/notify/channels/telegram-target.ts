import type { TelegramEnvironment } from '../../config/types.ts';

export type TelegramTarget = {
  token: string;
  chatId: string;
  topicId: number | null;
  /** Every channel's messages go to one chat: each says which channel it is of. */
  labelled: boolean;
};

/**
 * Answers where a channel's messages go, by the NAME in its environment variables: the test chat before a topic, a topic
 * before the channel's own chat, its own before the default one; or the variables of which one must be set.
 */
export function findTelegramTarget(
  environment: TelegramEnvironment,
  name: string,
): TelegramTarget | { missing: string } {
  const { defaultToken, testChatId, topicsChatId } = environment;
  if (testChatId !== null) {
    if (defaultToken === null) return { missing: 'TELEGRAM_BOT_TOKEN_DEFAULT is not set' };
    return { token: defaultToken, chatId: testChatId, topicId: null, labelled: true };
  }
  const ownToken = environment.tokens[name] ?? defaultToken;
  const topicId = environment.topicIds[name];
  const ownChatId = environment.chatIds[name];
  if (topicId !== undefined && topicsChatId !== null)
    return requireToken(ownToken, name, topicsChatId, Number(topicId));
  if (ownChatId !== undefined) return requireToken(ownToken, name, ownChatId, null);
  const defaultChatId = environment.chatIds.DEFAULT;
  if (defaultChatId !== undefined) return requireToken(defaultToken, 'DEFAULT', defaultChatId, null);
  return { missing: `TELEGRAM_CHAT_ID_${name} is not set` };
}

function requireToken(
  token: string | null,
  name: string,
  chatId: string,
  topicId: number | null,
): TelegramTarget | { missing: string } {
  if (token !== null) return { token, chatId, topicId, labelled: false };
  const own = name === 'DEFAULT' ? '' : ` (or TELEGRAM_BOT_TOKEN_${name})`;
  return { missing: `TELEGRAM_BOT_TOKEN_DEFAULT${own} is not set` };
}
