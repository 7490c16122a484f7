import type { ChannelConfig, TelegramEnvironment } from '../config/types.ts';
import { findTelegramTarget } from './channels/telegram-target.ts';

const minuteMs = 60_000;

/** How often a receiver wants to be spoken to; channels with the same key share it. */
export type PaceLimit = { key: string; gapMs: number; perMinute: number };

/** Answers the pace of a channel, or null where there is none. Telegram: one message a second in a chat, 20 a minute in a group (its FAQ for bots). */
export function paceOf(config: ChannelConfig, telegram: TelegramEnvironment): PaceLimit | null {
  if (config.type !== 'telegram') return null;
  const target = findTelegramTarget(telegram, config.channel);
  if ('missing' in target) return null;
  const isGroup = target.chatId.startsWith('-') || target.chatId.startsWith('@');
  return { key: `telegram:${target.chatId}`, gapMs: 1000, perMinute: isGroup ? 20 : 60 };
}

/** Answers when the next message may go out, given the times of those before it, oldest first. */
export function nextSlotAt(times: readonly number[], limit: PaceLimit): number {
  const last = times.at(-1);
  if (last === undefined) return 0;
  const first = times[times.length - limit.perMinute];
  return Math.max(last + limit.gapMs, first === undefined ? 0 : first + minuteMs);
}

/** Answers the times with `count` more messages, each in its slot; what no limit looks at any more is dropped. */
export function takeSlots(times: readonly number[], limit: PaceLimit, now: number, count: number): number[] {
  const taken = [...times];
  for (let i = 0; i < count; i++) taken.push(Math.max(now, nextSlotAt(taken, limit)));
  return taken.slice(-limit.perMinute);
}
