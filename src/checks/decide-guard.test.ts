import { expect, it } from 'vitest';
import { decideQuestion, excuseFailure, hearGuard } from './decide-guard.ts';
import type { CheckOutcome } from './types.ts';

const failed: CheckOutcome = {
  status: 'down',
  reason: 'timeout',
  detail: 'no answer within 5s',
  latencyMs: 9,
};

it.each([
  ['always', 'has never answered', 'unknown', null],
  ['where_decisive', 'was ok before', 'ok', 900],
  ['where_decisive', 'was ok meanwhile, as it may be offline since', 'ok', 1100],
  ['where_decisive', 'was slow', 'degraded', 1100],
  ['where_decisive', 'was down before the run', 'down', 999],
  ['never', 'was down as the run began', 'down', 1000],
  ['where_decisive', 'could not be asked', 'unknown', 1100],
] as const)('it is asked %s where it %s', (question, _, status, checkedAt) => {
  expect(decideQuestion({ status, detail: null, checkedAt }, 1000)).toBe(question);
});

it('a guard that cannot be started says nothing', () => {
  expect(hearGuard(failed)).toBe(failed);
  const broken: CheckOutcome = { ...failed, reason: 'spawn_failed' };
  expect(hearGuard(broken)).toEqual({ ...broken, status: 'unknown' });
});

it('a failure while the guard is down says nothing of its target', () => {
  const excused = { status: 'unknown', reason: 'offline', latencyMs: 9 };
  expect(excuseFailure(failed, { status: 'down', detail: 'refused' })).toEqual({
    ...excused,
    detail: 'the guard fails too: refused',
  });
  expect(excuseFailure({ ...failed, status: 'degraded' }, { status: 'down', detail: null })).toEqual({
    ...excused,
    detail: 'the guard fails too: it is down',
  });
});

it.each(['ok', 'unknown'] as const)('an outcome that is %s counts whatever the guard says', (status) => {
  const outcome = { ...failed, status };
  expect(excuseFailure(outcome, { status: 'down', detail: null })).toBe(outcome);
});

it.each(['ok', 'degraded', 'unknown'] as const)('a failure counts while the guard is %s', (status) => {
  expect(excuseFailure(failed, { status, detail: 'slow' })).toBe(failed);
});
