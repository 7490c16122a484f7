import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import { text } from '../core/text.ts';
import {
  createFinish,
  createSender,
  decideAttempt,
  findTelegramChats,
  insertTestMessage,
  notificationView,
  recordFinished,
  viewNotification,
} from '../notify/index.ts';
import type { FlowCtx } from './context.ts';

const leaseMs = 30_000;

/** Sends a test message now, through the real channel; the answer tells how it went. */
export const notifyTest = defineAction({
  name: 'notify.test',
  summary: 'Send a test message through a channel now',
  input: z.strictObject({ channel: text(200, 1) }),
  output: notificationView,
  entitlement: 'tools.notify.write',
  http: { method: 'POST', path: '/v1/notify/test' },
  cli: { command: 'notify test', args: ['channel'] },
  async run(ctx: FlowCtx, { channel }) {
    requireChannel(ctx, channel);
    const lockedUntilMs = ctx.clock.now() + leaseMs;
    const row = await insertTestMessage(ctx, channel, { token: ctx.ids.uuid(), lockedUntilMs });
    const sender = createSender(ctx);
    try {
      const { outcome } = await sender.send(row, ctx.config);
      const now = ctx.clock.now();
      // A test is one attempt: nobody wants its message an hour later.
      const attempt = { attempts: 1, dueAt: Number.NEGATIVE_INFINITY, now, jitter: 0 };
      const finish = createFinish(row, outcome, decideAttempt(outcome, attempt), now);
      await recordFinished(ctx, [finish]);
      ctx.metrics.notifications.inc({ channel, status: finish.status });
      const { status, error, providerMessageId, sentAt } = finish;
      return viewNotification({
        ...row,
        status,
        error,
        provider_message_id: providerMessageId,
        sent_at: sentAt,
      });
    } finally {
      await sender.close();
    }
  },
});

/** Finds the chats that a Telegram bot was lately spoken to in, so that one need not know their ids. */
export const notifySetupTelegram = defineAction({
  name: 'notify.setup-telegram',
  summary: 'Show the chats that know the Telegram bot, with the environment lines that choose each',
  input: z.strictObject({
    channel: text(100, 1)
      .regex(/^[\w-]+$/, 'must be a channel, or the NAME in TELEGRAM_CHAT_ID_<NAME>')
      .default('DEFAULT'),
  }),
  output: z.object({
    chats: z.array(
      z.object({
        id: z.string(),
        type: z.string(),
        title: z.string(),
        topic_id: z.string().nullable(),
        env: z.array(z.string()),
      }),
    ),
    hint: z.string(),
  }),
  entitlement: 'tools.notify.write',
  cli: { command: 'notify setup telegram', args: ['channel'] },
  async run(ctx: FlowCtx, { channel }) {
    const { name, apiRoot } = findBot(ctx, channel);
    const chats = await findTelegramChats({ environment: ctx.config.telegram, name, apiRoot });
    const hint =
      chats.length > 0
        ? 'Set the lines of one chat in the environment and start Tocsin again.'
        : 'No chat yet: write to the bot, or add it to a group and write there, then ask again.';
    return { chats, hint };
  },
});

/** The bot of a configured channel, by the channel's own name or by its NAME in the environment; else of that NAME alone. */
function findBot(
  { config: { channels } }: FlowCtx,
  channel: string,
): { name: string; apiRoot: string | null } {
  const name = channel.toUpperCase().replaceAll('-', '_');
  const own = channels[channel];
  if (own?.type === 'telegram') return { name: own.channel, apiRoot: own.apiRoot };
  for (const one of Object.values(channels))
    if (one.type === 'telegram' && one.channel === name) return { name, apiRoot: one.apiRoot };
  return { name, apiRoot: null };
}

function requireChannel(ctx: FlowCtx, channel: string): void {
  if (ctx.config.channels[channel]) return;
  const known = Object.keys(ctx.config.channels).join(', ') || 'none';
  throw new AppError('NOT_FOUND', `there is no channel ${channel} in the configuration; there is: ${known}`);
}
