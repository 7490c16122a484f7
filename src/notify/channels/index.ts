import type { Dispatcher } from 'undici';
import type { ChannelConfig, TelegramEnvironment } from '../../config/types.ts';
import type { Ctx } from '../../store/index.ts';
import type { Message, Outcome } from '../types.ts';
import { logChannel } from './log.ts';
import { telegramChannel } from './telegram.ts';
import { webhookChannel } from './webhook.ts';

/** What channels are handed beside the message. */
export type ChannelDeps = {
  ctx: Ctx;
  /** Keeps connections to receivers open. */
  http: Dispatcher;
  telegram: TelegramEnvironment;
};

/** A way to send; what goes wrong on the way is an outcome, an exception is our own mistake. */
export type Channel<Settings> = {
  send(message: Message, config: Settings, deps: ChannelDeps): Promise<Outcome>;
};

type Channels = { [Type in ChannelConfig['type']]: Channel<Extract<ChannelConfig, { type: Type }>> };

const channels: Channels = { log: logChannel, telegram: telegramChannel, webhook: webhookChannel };

/** Sends through the channel of the configuration's type. */
export function sendThrough(message: Message, config: ChannelConfig, deps: ChannelDeps): Promise<Outcome> {
  const channel = channels[config.type] as Channel<ChannelConfig>;
  return channel.send(message, config, deps);
}
