import { expect, it } from 'vitest';
import { decideRedisAlert } from './decide-redis-alert.ts';

const minuteMs = 60_000;
const now = 100 * minuteMs;

it.each([
  ['up', true, now, null, { next: 'nothing', reason: 'up' }],
  ['away for a minute', false, now - minuteMs, null, { next: 'nothing', reason: 'away_briefly' }],
  ['away for longer', false, now - minuteMs - 1, null, { next: 'tell', reason: 'away_too_long' }],
  ['away, and told', false, now - 9 * minuteMs, now - 59_999, { next: 'nothing', reason: 'told_lately' }],
  [
    'away, and told a minute ago',
    false,
    now - 9 * minuteMs,
    now - minuteMs,
    { next: 'tell', reason: 'still_away' },
  ],
  ['back, and told', true, now, now - 1, { next: 'heal', reason: 'back' }],
] as const)('of a Redis that is %s', (_, isUp, sinceMs, toldAt, expected) => {
  expect(decideRedisAlert({ isUp, sinceMs }, toldAt, now)).toEqual(expected);
});
