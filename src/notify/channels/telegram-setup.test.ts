import { expect, test } from 'vitest';
import { noTelegram } from '../../../test/notify.ts';
import { startTelegramServer, telegramRefusal } from '../../../test/telegram-server.ts';
import { findTelegramChats } from './telegram-setup.ts';

const environment = { ...noTelegram, defaultToken: '123:ABC' };

test('every chat and topic that the bot heard from is shown once, with the lines that choose it', async () => {
  const { apiRoot, updates } = await startTelegramServer();
  const group = { id: -100, type: 'supergroup', title: 'Ops', is_forum: true };
  const ann = { id: 9, type: 'private', first_name: 'Ann', last_name: 'Lee' };
  updates.push(
    { update_id: 1, message: { message_id: 5, message_thread_id: 7, is_topic_message: true, chat: group } },
    { update_id: 2, message: { message_id: 6, chat: group } },
    { update_id: 3, message: { message_id: 7, chat: group } },
    { update_id: 4, message: { message_id: 8, chat: ann } },
    { update_id: 5, channel_post: { message_id: 9, chat: { id: -5, type: 'channel', title: 'News' } } },
    { update_id: 6, my_chat_member: { chat: { id: -6, type: 'group', title: 'New' } } },
    { update_id: 7, callback_query: { id: 'cb1', data: 'x' } },
  );
  expect(await findTelegramChats({ environment, name: 'ONCALL', apiRoot })).toEqual([
    {
      id: '-100',
      type: 'supergroup',
      title: 'Ops',
      topic_id: '7',
      env: ['TELEGRAM_CHAT_ID_TOPICS=-100', 'TELEGRAM_TOPIC_ID_ONCALL=7'],
    },
    { id: '-100', type: 'supergroup', title: 'Ops', topic_id: null, env: ['TELEGRAM_CHAT_ID_ONCALL=-100'] },
    { id: '9', type: 'private', title: 'Ann Lee', topic_id: null, env: ['TELEGRAM_CHAT_ID_ONCALL=9'] },
    { id: '-5', type: 'channel', title: 'News', topic_id: null, env: ['TELEGRAM_CHAT_ID_ONCALL=-5'] },
    { id: '-6', type: 'group', title: 'New', topic_id: null, env: ['TELEGRAM_CHAT_ID_ONCALL=-6'] },
  ]);
});

test('without a token it says which variable to set', async () => {
  await expect(
    findTelegramChats({ environment: noTelegram, name: 'ONCALL', apiRoot: null }),
  ).rejects.toMatchObject({
    code: 'VALIDATION_ERROR',
    message: expect.stringContaining('TELEGRAM_BOT_TOKEN_DEFAULT'),
  });
});

test.each([
  [telegramRefusal(409, 'Conflict: terminated by other getUpdates request'), 'CONFLICT'],
  [telegramRefusal(401, 'Unauthorized'), 'UNAVAILABLE'],
  ['reset' as const, 'UNAVAILABLE'],
])('an answer %j is told as %s, without the token', async (answer, code) => {
  const { apiRoot, script } = await startTelegramServer();
  script.push(answer);
  const failure = findTelegramChats({ environment, name: 'ONCALL', apiRoot });
  await expect(failure).rejects.toMatchObject({ code, message: expect.not.stringContaining('123:ABC') });
});
