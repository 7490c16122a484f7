import type { ChannelConfig, Config } from '../config/types.ts';
import {
  afterOutcome,
  allowedByBreaker,
  type Breaker,
  type ChannelNews,
  closedBreaker,
  decideNews,
} from './decide.ts';
import { nextSlotAt, paceOf, takeSlots } from './pace.ts';
import type { Room } from './queries-claim.ts';
import type { Outcome } from './types.ts';

type Lane = { inFlight: number; breaker: Breaker };

/** What one process knows of its channels: how many messages are under way, and who wants a pause. */
export type Lanes = {
  /** Answers the channels that can take messages now, and how many. */
  rooms(config: LanesConfig, now: number): Room[];
  /** Answers when a channel that wants a pause now can take messages again; null where none does. */
  nextRoomAt(config: LanesConfig, now: number): number | null;
  /** A message sets out. */
  begin(channel: string, config: LanesConfig, now: number): void;
  /** It has arrived, or not; answers what that says of the channel. */
  end(channel: string, config: LanesConfig, outcome: Outcome, now: number): ChannelNews | null;
};

type LanesConfig = Pick<Config, 'channels' | 'telegram'>;

/** Answers lanes that hold at most `maxInFlight` messages of one channel at a time. */
export function createLanes(maxInFlight: number): Lanes {
  const lanes = new Map<string, Lane>();
  const slots = new Map<string, number[]>();
  const laneOf = (channel: string) => lanes.get(channel) ?? { inFlight: 0, breaker: closedBreaker };

  const slotAt = (config: ChannelConfig | undefined, telegram: Config['telegram']) => {
    const limit = config ? paceOf(config, telegram) : null;
    return limit ? { limit, at: nextSlotAt(slots.get(limit.key) ?? [], limit) } : null;
  };

  const roomIn = (channel: string, { channels, telegram }: LanesConfig, now: number): number => {
    const { inFlight, breaker } = laneOf(channel);
    const free = Math.min(maxInFlight - inFlight, allowedByBreaker(breaker, inFlight, now));
    const slot = slotAt(channels[channel], telegram);
    if (!slot) return free;
    return slot.at > now ? 0 : Math.min(free, 1 - inFlight);
  };

  const use = (channel: string, { channels, telegram }: LanesConfig, count: number, now: number) => {
    const limit = slotAt(channels[channel], telegram)?.limit;
    if (limit) slots.set(limit.key, takeSlots(slots.get(limit.key) ?? [], limit, now, count));
  };

  return {
    rooms: (config, now) =>
      Object.keys(config.channels)
        .map((channel) => ({ channel, limit: roomIn(channel, config, now) }))
        .filter(({ limit }) => limit > 0),

    nextRoomAt(config, now) {
      const times = Object.entries(config.channels).flatMap(([channel, channelConfig]) => [
        laneOf(channel).breaker.pausedUntil ?? 0,
        slotAt(channelConfig, config.telegram)?.at ?? 0,
      ]);
      const ahead = times.filter((at) => at > now);
      return ahead.length > 0 ? Math.min(...ahead) : null;
    },

    begin(channel, config, now) {
      const lane = laneOf(channel);
      lanes.set(channel, { ...lane, inFlight: lane.inFlight + 1 });
      use(channel, config, 1, now);
    },

    end(channel, config, outcome, now) {
      const { inFlight, breaker } = laneOf(channel);
      const next = afterOutcome(breaker, outcome, now);
      lanes.set(channel, { inFlight: inFlight - 1, breaker: next });
      const parts = outcome.kind === 'delivered' ? (outcome.providerMessageId?.split(',').length ?? 1) : 1;
      if (parts > 1) use(channel, config, parts - 1, now);
      return decideNews(breaker, next);
    },
  };
}
