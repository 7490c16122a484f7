import { describe, expect, it } from 'vitest';
import { makeHttpCheck } from '../../test/check-defaults.ts';
import {
  decideGuard,
  decideQuestion,
  excuseFailure,
  hearGuard,
  initialGuardState,
  wasOffline,
} from './decide-guard.ts';
import type { CheckOutcome } from './types.ts';

const ok: CheckOutcome = { status: 'ok', reason: null, detail: null, latencyMs: 9 };
const failed: CheckOutcome = { status: 'down', reason: 'timeout', detail: 'no answer', latencyMs: 9 };
const words: Readonly<Record<string, CheckOutcome>> = {
  ok,
  down: failed,
  slow: { ...failed, status: 'degraded' },
  err: { ...failed, status: 'unknown', reason: 'internal_error' },
  typo: { ...failed, reason: 'spawn_failed' },
};
const check = makeHttpCheck('http://127.0.0.1:9/', { failuresToDown: 1, successesToRecover: 1 });

/** Plays runs of the guard, as `down 1-3`: one that began at 1 and ended at 3. */
function replay(...runs: string[]) {
  return runs.reduce((guard, text) => {
    const [word = '', times = ''] = text.split(' ');
    const [startedAt = 0, endedAt = 0] = times.split('-').map(Number);
    return decideGuard(guard, words[word] ?? ok, startedAt, endedAt, check);
  }, initialGuardState(0));
}

describe('the guard', () => {
  it.each([
    ['is nothing before its first answer', [], 'unknown'],
    ['is down at its first failure', ['ok 1-2', 'down 3-4'], 'down'],
    ['is back at its first success', ['down 1-2', 'ok 3-4'], 'ok'],
    ['stays what it was where it could not be asked', ['down 1-2', 'err 3-4'], 'down'],
    ['is nothing where its command cannot be started', ['typo 1-2', 'typo 3-4'], 'unknown'],
    ['is nothing where that cannot be started any more', ['down 1-2', 'typo 3-4'], 'unknown'],
    ['is nothing where it was well before, either', ['ok 1-2', 'typo 3-4'], 'unknown'],
    ['is back with its command', ['down 1-2', 'typo 3-4', 'ok 5-6'], 'ok'],
    ['is what the run said that began last', ['ok 3-4', 'down 1-5'], 'ok'],
    ['is what the next run says behind a clock that went back', ['down 90-91', 'ok 3-4'], 'ok'],
  ])('%s: %j is %s', (_, runs, status) => {
    expect(replay(...runs).status).toBe(status);
  });

  it.each([
    ['is offline', ['down 1-2'], 9, true],
    ['was never', ['ok 1-2'], 0, false],
    ['was until the run that found it back', ['down 1-2', 'ok 5-6'], 4, true],
    ['was until its command was gone', ['down 1-2', 'typo 5-6'], 4, true],
    ['is no more since then', ['down 1-2', 'typo 5-6', 'typo 7-8'], 5, false],
    ['is no more for what began with that', ['down 1-2', 'ok 5-6'], 5, false],
    ['was, however often it is ok afterwards', ['down 1-2', 'ok 5-6', 'ok 7-8'], 4, true],
    ['is not for hours where a clock went back', ['down 90-91', 'ok 92-93', 'ok 3-4'], 5, false],
    ['is not where it is slow', ['slow 1-2'], 0, false],
  ])('%s: after %j, of what began at %i, %s', (_, runs, startedAt, was) => {
    expect(wasOffline(replay(...runs), startedAt)).toBe(was);
  });

  it('that cannot be started says nothing', () => {
    expect(hearGuard(failed)).toBe(failed);
    expect(hearGuard({ ...failed, reason: 'spawn_failed' }).status).toBe('unknown');
  });
});

it.each([
  ['always', 'has never answered', 'unknown', null],
  ['where_decisive', 'was ok before', 'ok', 900],
  ['where_decisive', 'was ok meanwhile, as it may be offline since', 'ok', 1100],
  ['where_decisive', 'was slow', 'degraded', 1100],
  ['where_decisive', 'was down before the run', 'down', 999],
  ['never', 'was down as the run began', 'down', 1000],
  ['where_decisive', 'was down less than half a minute before', 'down', -28_999],
  ['always', 'was down half a minute before', 'down', -29_000],
  ['where_decisive', 'could not be asked', 'unknown', 1100],
] as const)('it is asked %s where it %s', (question, _, status, checkedAt) => {
  expect(decideQuestion({ status, checkedAt }, 1000)).toBe(question);
});

it.each([
  ['refused', 'the guard fails too: refused'],
  [null, 'the guard failed too'],
])('a failure while the guard is down (%j) says nothing of its target', (said, detail) => {
  const excused = { status: 'unknown', reason: 'offline', detail, latencyMs: 9 };
  expect(excuseFailure(failed, said)).toEqual(excused);
});
