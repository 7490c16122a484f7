import { describe, expect, test } from 'vitest';
import { noTelegram } from '../../../test/notify.ts';
import type { TelegramEnvironment } from '../../config/types.ts';
import { findTelegramTarget } from './telegram-target.ts';

const full: TelegramEnvironment = {
  defaultToken: 'default-bot',
  tokens: { ONCALL: 'oncall-bot' },
  chatIds: { ONCALL: '-100', DEFAULT: '5' },
  topicIds: { ONCALL: '7' },
  topicsChatId: '-200',
  testChatId: '9',
};
const withoutTest = { ...full, testChatId: null };
const withoutTopics = { ...withoutTest, topicIds: {}, topicsChatId: null };

describe('where a channel’s messages go', () => {
  test.each([
    [
      'the test chat is before all, by the default bot, labelled',
      full,
      { token: 'default-bot', chatId: '9', topicId: null, labelled: true },
    ],
    [
      'then the channel’s topic',
      withoutTest,
      { token: 'oncall-bot', chatId: '-200', topicId: 7, labelled: false },
    ],
    [
      'a topic without the chat of topics counts for nothing',
      { ...withoutTest, topicsChatId: null },
      { token: 'oncall-bot', chatId: '-100', topicId: null, labelled: false },
    ],
    [
      'then its own bot and chat',
      withoutTopics,
      { token: 'oncall-bot', chatId: '-100', topicId: null, labelled: false },
    ],
    [
      'the default bot writes to its own chat where it has no bot',
      { ...withoutTopics, tokens: {} },
      { token: 'default-bot', chatId: '-100', topicId: null, labelled: false },
    ],
    [
      'then the default bot and chat, also where it has a bot without a chat',
      { ...withoutTopics, chatIds: { DEFAULT: '5' } },
      { token: 'default-bot', chatId: '5', topicId: null, labelled: false },
    ],
  ])('%s', (_, environment, target) => {
    expect(findTelegramTarget(environment, 'ONCALL')).toEqual(target);
  });

  test.each([
    ['TELEGRAM_CHAT_ID_ONCALL', { ...noTelegram, defaultToken: 'bot' }],
    ['TELEGRAM_BOT_TOKEN_ONCALL', { ...noTelegram, chatIds: { ONCALL: '1' } }],
    ['TELEGRAM_BOT_TOKEN_DEFAULT', { ...noTelegram, chatIds: { DEFAULT: '1' } }],
    ['TELEGRAM_BOT_TOKEN_DEFAULT', { ...noTelegram, testChatId: '1' }],
  ])('what is missing is named: %s', (variable, environment) => {
    expect(findTelegramTarget(environment, 'ONCALL')).toEqual({ missing: expect.stringContaining(variable) });
  });
});
