import { expect, it } from 'vitest';
import { decideHandedTick, decideTick } from './decide-tick.ts';

it.each([
  ['none', 0, { run: true, reason: 'on_time' }],
  ['none', 60_000, { run: true, reason: 'on_time' }],
  ['none', 60_001, { run: false, reason: 'too_late' }],
  ['last', 60_000, { run: true, reason: 'on_time' }],
  ['last', 86_400_000, { run: true, reason: 'catch_up' }],
] as const)('with catch_up %s a tick that is %d ms late: %j', (catchUp, lateMs, decision) => {
  expect(decideTick({ graceMs: 60_000, catchUp }, 1_000_000, 1_000_000 + lateMs)).toEqual(decision);
});

it.each([
  ['last', null, { run: true, reason: 'catch_up' }],
  ['last', 90_001, { run: true, reason: 'catch_up' }],
  ['last', 90_000, { run: false, reason: 'overtaken' }],
  ['none', null, { run: false, reason: 'too_late' }],
] as const)(
  'with catch_up %s a tick that was handed on 90 s ago, the next %d ms after it: %j',
  (catchUp, nextMs, decision) => {
    expect(decideHandedTick({ graceMs: 60_000, catchUp }, { atMs: 0, nextMs }, 90_000)).toEqual(decision);
  },
);
