import { expect, test } from 'vitest';
import { noTelegram, webhookTo } from '../../test/notify.ts';
import { createLanes } from './lanes.ts';
import { nextSlotAt, paceOf, takeSlots } from './pace.ts';
import type { Outcome } from './types.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const delivered = (providerMessageId: string | null): Outcome => ({ kind: 'delivered', providerMessageId });
const unreachable: Outcome = { kind: 'unreachable', cause: 'network', error: 'gone', retryAt: null };

const telegram = { ...noTelegram, defaultToken: 'bot', chatIds: { OPS: '-100', ANN: '9', SAME: '-100' } };
const toTelegram = (channel: string) => ({ type: 'telegram', channel, apiRoot: null }) as const;
const config = {
  telegram,
  channels: { hook: webhookTo('http://127.0.0.1:1'), other: webhookTo('http://127.0.0.1:2') },
};

test('a channel holds as many messages as it may, whatever the others do', () => {
  const lanes = createLanes(2);
  lanes.begin('hook', config, now);
  expect(lanes.rooms(config, now)).toEqual([
    { channel: 'hook', limit: 1 },
    { channel: 'other', limit: 2 },
  ]);
  lanes.begin('hook', config, now);
  expect(lanes.rooms(config, now)).toEqual([{ channel: 'other', limit: 2 }]);
  lanes.end('hook', config, delivered(null), now);
  expect(lanes.rooms(config, now).length).toBe(2);
});

test('a channel whose way fails pauses alone, and says when it will be tried', () => {
  const lanes = createLanes(9);
  for (let i = 0; i < 5; i++) lanes.begin('hook', config, now);
  for (let i = 0; i < 5; i++) lanes.end('hook', config, unreachable, now);
  expect(lanes.rooms(config, now)).toEqual([{ channel: 'other', limit: 9 }]);
  expect(lanes.nextRoomAt(config, now)).toBe(now + 30_000);
  expect(lanes.rooms(config, now + 30_000)[0]).toEqual({ channel: 'hook', limit: 1 });
});

test('a Telegram chat gets one message a second, counted by parts, also through two channels', () => {
  const chats = { telegram, channels: { ops: toTelegram('OPS'), same: toTelegram('SAME') } };
  const lanes = createLanes(9);
  expect(lanes.rooms(chats, now).map(({ limit }) => limit)).toEqual([1, 1]);
  lanes.begin('ops', chats, now);
  expect(lanes.rooms(chats, now)).toEqual([]);
  lanes.end('ops', chats, delivered('1,2,3'), now);
  expect(lanes.rooms(chats, now + 2999)).toEqual([]);
  expect(lanes.nextRoomAt(chats, now)).toBe(now + 3000);
  expect(lanes.rooms(chats, now + 3000).length).toBe(2);
});

test('a Telegram group gets 20 messages a minute, a person 60', () => {
  const sendFor = (channel: string) => {
    const limit = paceOf(toTelegram(channel), telegram);
    if (!limit) throw new Error('no limit');
    let times: number[] = [];
    for (let i = 0; i < 20; i++) times = takeSlots(times, limit, now + i * 1000, 1);
    return nextSlotAt(times, limit);
  };
  expect(sendFor('OPS')).toBe(now + 60_000);
  expect(sendFor('ANN')).toBe(now + 20_000);
});

test('what is no Telegram chat has no pace', () => {
  expect(paceOf(config.channels.hook, telegram)).toBeNull();
  expect(paceOf(toTelegram('OPS'), noTelegram)).toBeNull();
});
