import { expect, test } from 'vitest';
import { startTelegramServer } from '../telegram-server.ts';
import { startReceiver } from '../webhook-receiver.ts';
import { makeFolder, run } from './command-line.ts';

test('the chat of a bot is found without naming a channel, with lines to copy', {
  timeout: 30_000,
}, async () => {
  const { apiRoot, updates } = await startTelegramServer();
  const chat = { id: -100, type: 'supergroup', title: 'Ops\u001b[2J' };
  updates.push({
    update_id: 1,
    message: { message_id: 1, message_thread_id: 7, is_topic_message: true, chat },
  });
  const folder = await makeFolder(
    `channels: { night: { type: telegram, channel: DEFAULT, api_root: "${apiRoot}" } }\n`,
  );
  const found = await run(folder, ['notify', 'setup', 'telegram'], { TELEGRAM_BOT_TOKEN_DEFAULT: '1:A' });
  expect(found).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^tocsin: there was no database at .*\n$/),
  });
  expect(found.stdout.split('\n').slice(0, 3)).toEqual([
    '# Ops [2J (supergroup)',
    'TELEGRAM_CHAT_ID_TOPICS=-100',
    'TELEGRAM_TOPIC_ID_DEFAULT=7',
  ]);
});

test('a test message that did not arrive ends with 1, one that did with 0', { timeout: 30_000 }, async () => {
  const receiver = await startReceiver();
  const folder = await makeFolder(`channels: { hook: { type: webhook, url: "${receiver.url}" } }\n`);
  expect(await run(folder, ['notify', 'test', 'hook'])).toMatchObject({ code: 0 });
  receiver.standing = { status: 404 };
  expect(await run(folder, ['notify', 'test', 'hook'])).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('HTTP 404'),
  });
});
