import { expect, it } from 'vitest';
import { decideTick } from './decide-tick.ts';

it.each([
  ['none', 0, { run: true, reason: 'on_time' }],
  ['none', 60_000, { run: true, reason: 'on_time' }],
  ['none', 60_001, { run: false, reason: 'too_late' }],
  ['last', 60_000, { run: true, reason: 'on_time' }],
  ['last', 86_400_000, { run: true, reason: 'catch_up' }],
] as const)('with catch_up %s a tick that is %d ms late: %j', (catchUp, lateMs, decision) => {
  expect(decideTick({ graceMs: 60_000, catchUp }, 1_000_000, 1_000_000 + lateMs)).toEqual(decision);
});
