import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { message, noTelegram } from '../../../test/notify.ts';
import { createTestCtx, quietLog } from '../../../test/stores.ts';
import { startTelegramServer, telegramRefusal } from '../../../test/telegram-server.ts';
import type { TelegramEnvironment } from '../../config/types.ts';
import { migrate, openStore, type Store } from '../../store/index.ts';
import type { Message } from '../types.ts';
import { telegramChannel } from './telegram.ts';

const environment = { ...noTelegram, defaultToken: '123:ABC', chatIds: { OPS: '-100' } };

let store: Store;
beforeAll(async () => {
  store = await openStore({ backend: 'memory' }, quietLog);
  await migrate(store.db, store.dialect, 0);
});
afterAll(() => store.close());

async function open(telegram: TelegramEnvironment = environment) {
  const server = await startTelegramServer();
  const clock = createTestClock();
  const http = new Agent();
  onTestFinished(() => http.destroy());
  const deps = { ctx: createTestCtx(store, clock), http, telegram };
  const config = { type: 'telegram', channel: 'OPS', apiRoot: server.apiRoot } as const;
  const send = (given: Partial<Message> = {}) => telegramChannel.send(message(given), config, deps);
  return { server, send, clock };
}

describe('a Telegram chat', () => {
  test('gets a bold title and the text, and nothing that could be taken for markup', async () => {
    const { server, send } = await open();
    const outcome = await send({ title: 'a < b', text: 'x & y' });
    expect(outcome).toEqual({ kind: 'delivered', providerMessageId: '77' });
    expect(server.calls).toEqual([
      {
        token: '123:ABC',
        method: 'sendMessage',
        chat_id: -100,
        text: '<b>a &lt; b</b>\nx &amp; y\nhttp://tocsin.test/incidents/INC-7',
        parse_mode: 'HTML',
        link_preview_options: { is_disabled: true },
      },
    ]);
  });

  test.each([
    ['P0', undefined],
    ['P1', undefined],
    ['P2', true],
    ['INFO', true],
  ] as const)('is told of %s in silence: %s', async (severity, silent) => {
    const { server, send } = await open();
    await send({ severity });
    expect(server.calls[0]?.disable_notification).toBe(silent);
  });

  test('gets messages in its topic', async () => {
    const { server, send } = await open({ ...environment, topicIds: { OPS: '7' }, topicsChatId: '-200' });
    await send();
    expect(server.calls[0]).toMatchObject({ chat_id: -200, message_thread_id: 7 });
  });

  test('for tests says which channel a message is of', async () => {
    const { server, send } = await open({ ...environment, testChatId: '@lab' });
    await send();
    expect(server.calls[0]).toMatchObject({
      chat_id: '@lab',
      text: expect.stringMatching(/^<b>\[ops\] api/),
    });
  });

  test('that is not set skips the message and names what is missing', async () => {
    const { server, send } = await open(noTelegram);
    expect(await send()).toMatchObject({
      kind: 'skipped',
      status: 'skipped_unconfigured',
      error: 'TELEGRAM_CHAT_ID_OPS is not set',
    });
    expect(server.calls).toEqual([]);
  });
});

describe('a long message', () => {
  const text = Array.from({ length: 300 }, (_, i) => `line ${i} of <many> & more`).join('\n');

  test('comes in parts of at most 4,096 characters, whole and in order', async () => {
    const { server, send } = await open();
    const outcome = await send({ text });
    expect(server.calls.length).toBe(3);
    for (const call of server.calls) expect(call.text?.length).toBeLessThanOrEqual(4096);
    expect(server.calls.map((call) => call.text).join('\n')).toContain('line 299 of &lt;many&gt; &amp; more');
    expect(outcome).toEqual({ kind: 'delivered', providerMessageId: '77,78,79' });
  });

  test('goes on behind the parts that got through, when one did not', async () => {
    const { server, send } = await open();
    server.script.push({ status: 200, body: '{"ok":true,"result":{"message_id":5}}' }, { status: 502 });
    const outcome = await send({ text });
    expect(outcome).toMatchObject({ kind: 'unreachable', sentParts: ['5'] });
    const [first, second] = server.calls;
    await send({ text, sentParts: ['5'] });
    expect(server.calls.length).toBe(4);
    expect(server.calls[2]?.text).toBe(second?.text);
    expect(server.calls.slice(2).map((call) => call.text)).not.toContain(first?.text);
  });
});

describe('an answer of Telegram', () => {
  test('that asks for time is obeyed, and nothing is repeated here', async () => {
    const { server, send, clock } = await open();
    server.script.push(telegramRefusal(429, 'Too Many Requests: retry after 2', { retry_after: 2 }));
    expect(await send()).toMatchObject({ kind: 'throttled', retryAt: clock.now() + 2000 });
    expect(server.calls.length).toBe(1);
  });

  test('that refuses the markup is met once with plain text', async () => {
    const { server, send } = await open();
    server.script.push(telegramRefusal(400, "Bad Request: can't parse entities: unclosed tag"));
    expect(await send({ title: 'a < b' })).toMatchObject({ kind: 'delivered' });
    expect(server.calls[1]).toMatchObject({ text: expect.stringContaining('a < b\n') });
    expect(server.calls[1]).not.toHaveProperty('parse_mode');
    const again = telegramRefusal(400, "Bad Request: can't parse entities");
    server.script.push(again, again);
    expect(await send()).toMatchObject({ kind: 'refused', cause: 'http_400' });
  });

  test('that says where the group went is followed, and remembered', async () => {
    const { server, send } = await open({ ...environment, chatIds: { OPS: '-101' } });
    const moved = 'Bad Request: group chat was upgraded to a supergroup chat';
    server.script.push(telegramRefusal(400, moved, { migrate_to_chat_id: -1001234 }));
    expect(await send()).toMatchObject({ kind: 'delivered' });
    await send();
    expect(server.calls.map((call) => call.chat_id)).toEqual([-101, -1001234, -1001234]);
  });

  test.each([
    [telegramRefusal(400, 'Bad Request: message thread not found'), 'refused', 'thread not found'],
    [telegramRefusal(403, 'Forbidden: bot was kicked'), 'refused', 'bot was kicked'],
    [telegramRefusal(500, 'Internal Server Error'), 'unreachable', 'Internal Server Error'],
    [{ status: 502, body: '<html>bad gateway</html>' }, 'unreachable', ''],
    ['reset' as const, 'unreachable', ''],
  ])('%j: %s', async (answer, kind, error) => {
    const { server, send } = await open();
    server.script.push(answer);
    expect(await send()).toMatchObject({ kind, error: expect.stringContaining(error) });
  });

  test('never carries the token into what is told of it', async () => {
    const { server, send } = await open();
    server.script.push('reset');
    expect(JSON.stringify(await send())).not.toContain('123:ABC');
  });
});
