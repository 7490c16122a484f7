import { describe, expect, test } from 'vitest';
import { noTelegram, webhookTo } from '../../test/notify.ts';
import { describeEachStore } from '../../test/stores.ts';
import { startTelegramServer } from '../../test/telegram-server.ts';
import { startReceiver } from '../../test/webhook-receiver.ts';
import type { Config, TelegramEnvironment } from '../config/types.ts';
import { runAction } from '../core/action.ts';
import { systemActor } from '../core/actor.ts';
import type { Ctx } from '../store/index.ts';
import { createMetrics } from '../telemetry/index.ts';
import type { FlowCtx } from './context.ts';
import { notifySetupTelegram, notifyTest } from './notify-actions.ts';

type Given = { channels: Config['channels']; telegram?: TelegramEnvironment; dryRun?: boolean };

function createFlowCtx(ctx: Ctx, { channels, telegram = noTelegram, dryRun = false }: Given): FlowCtx {
  const config = { channels, telegram, notify: { dryRun } } as unknown as Config;
  return { ...ctx, config, metrics: createMetrics() } as unknown as FlowCtx;
}

describeEachStore('a test message', (open) => {
  test('goes through the real channel now, and its outcome is answered and recorded', async () => {
    const { ctx } = await open();
    const receiver = await startReceiver();
    const flow = createFlowCtx(ctx, { channels: { hook: webhookTo(receiver.url) } });
    const answer = await runAction(notifyTest, flow, { channel: 'hook' });
    expect(answer).toMatchObject({ channel: 'hook', event: 'test', status: 'delivered', attempts: 1 });
    const rows = await ctx.db.selectFrom('notification').select('status').execute();
    expect(rows).toEqual([{ status: 'delivered' }]);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ event: 'test', severity: 'INFO' });
  });

  test.each([
    [{ status: 404 }, 'failed', 'HTTP 404'],
    [{ status: 500 }, 'dead', 'HTTP 500'],
  ])('that %j answers is not tried again later', async (standing, status, error) => {
    const { ctx } = await open();
    const receiver = await startReceiver();
    receiver.standing = standing;
    const flow = createFlowCtx(ctx, { channels: { hook: webhookTo(receiver.url) } });
    expect(await runAction(notifyTest, flow, { channel: 'hook' })).toMatchObject({ status, error });
    expect(await ctx.db.selectFrom('notification').select('status').execute()).toEqual([{ status }]);
  });

  test('in a dry run is recorded and not sent', async () => {
    const { ctx } = await open();
    const receiver = await startReceiver();
    const flow = createFlowCtx(ctx, { channels: { hook: webhookTo(receiver.url) }, dryRun: true });
    expect(await runAction(notifyTest, flow, { channel: 'hook' })).toMatchObject({
      status: 'skipped_dry_run',
    });
    expect(receiver.received).toEqual([]);
  });

  test('to a channel that is not there names those that are', async () => {
    const { ctx } = await open();
    const flow = createFlowCtx(ctx, { channels: { hook: { type: 'log' } } });
    await expect(runAction(notifyTest, flow, { channel: 'hok' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('there is: hook'),
    });
  });
});

describe('setting up Telegram', () => {
  const actor = systemActor('test');

  test('shows the chats of a channel’s bot with the lines for that channel', async () => {
    const { apiRoot, updates, calls } = await startTelegramServer();
    updates.push({
      update_id: 1,
      message: { message_id: 1, chat: { id: 9, type: 'private', first_name: 'Ann' } },
    });
    const telegram = { ...noTelegram, defaultToken: 'default', tokens: { ONCALL: 'own' } };
    const channels = { night: { type: 'telegram', channel: 'ONCALL', apiRoot } } as const;
    const flow = createFlowCtx({ actor } as unknown as Ctx, { channels, telegram });
    expect(await runAction(notifySetupTelegram, flow, { channel: 'night' })).toEqual({
      chats: [{ id: '9', type: 'private', title: 'Ann', topic_id: null, env: ['TELEGRAM_CHAT_ID_ONCALL=9'] }],
      hint: expect.stringContaining('Set the lines'),
    });
    expect(calls[0]?.token).toBe('own');
    expect(await runAction(notifySetupTelegram, flow, { channel: 'oncall' })).toMatchObject({
      chats: [{ env: ['TELEGRAM_CHAT_ID_ONCALL=9'] }],
    });
    updates.length = 0;
    expect(await runAction(notifySetupTelegram, flow, { channel: 'night' })).toMatchObject({
      chats: [],
      hint: expect.stringContaining('write to the bot'),
    });
  });

  test('without a token says what to set', async () => {
    const flow = createFlowCtx({ actor } as unknown as Ctx, { channels: {} });
    await expect(runAction(notifySetupTelegram, flow, {})).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
    });
  });
});
