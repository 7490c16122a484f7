import { describe, expect, it } from 'vitest';
import { type CheckState, decideCheck, initialCheckState } from './decide.ts';
import type { CheckOutcome, CheckStatus } from './types.ts';

const words: Readonly<Record<string, CheckOutcome>> = {
  ok: { status: 'ok', reason: null, detail: null, latencyMs: 5 },
  deg: { status: 'degraded', reason: 'condition_failed', detail: 'slow', latencyMs: 900 },
  down: { status: 'down', reason: 'timeout', detail: 'hung', latencyMs: 5000 },
  err: { status: 'unknown', reason: 'internal_error', detail: 'EMFILE', latencyMs: 0 },
  unset: { status: 'unknown', reason: 'not_configured', detail: 'API_KEY', latencyMs: 0 },
};

function outcome(word: string): CheckOutcome {
  const found = words[word];
  if (!found) throw new Error(`no outcome ${word}`);
  return found;
}

/** Runs outcomes a second apart, the first at 1000. */
function replay(text: string, failuresToDown = 2, successesToRecover = 2) {
  let state: CheckState = initialCheckState(0);
  const statuses: CheckStatus[] = [];
  const changes: string[] = [];
  text.split(' ').forEach((word, index) => {
    const decision = decideCheck(state, outcome(word), (index + 1) * 1000, {
      failuresToDown,
      successesToRecover,
    });
    state = decision.next;
    statuses.push(state.status);
    if (decision.change) changes.push(`${decision.change.from}→${decision.change.to}`);
  });
  return { state, statuses: statuses.join(' '), changes };
}

describe('decideCheck', () => {
  it.each([
    ['the first ok counts at once', 'ok', 'ok'],
    ['an ok after a first failure counts at once', 'down ok', 'unknown ok'],
    ['a first failure waits for the second', 'down down', 'unknown down'],
    ['two degraded at the start are degraded', 'deg deg', 'unknown degraded'],
    ['a mixed pair at the start is what both reach', 'down deg', 'unknown degraded'],
    ['a mixed pair is what both reach', 'ok deg down', 'ok ok degraded'],
    ['one failure between successes is nothing', 'ok down ok down ok', 'ok ok ok ok ok'],
    ['two downs are down', 'ok down down', 'ok ok down'],
    ['two degraded are degraded', 'ok deg deg', 'ok ok degraded'],
    ['degraded gets down after two downs', 'ok deg deg down down', 'ok ok degraded degraded down'],
    ['one ok does not end an outage', 'ok down down ok down', 'ok ok down down down'],
    ['two oks end an outage', 'ok down down ok ok', 'ok ok down down ok'],
    ['two oks end a degradation', 'ok deg deg ok ok', 'ok ok degraded degraded ok'],
    ['two degraded make an outage a degradation', 'ok down down deg deg', 'ok ok down down degraded'],
    ['an ok and a degraded make an outage a degradation', 'ok down down ok deg', 'ok ok down down degraded'],
    ['one degraded does not ease an outage', 'ok down down deg down', 'ok ok down down down'],
    ['an unknown outcome neither counts nor starts over', 'ok down err down', 'ok ok ok down'],
    ['a check that is not configured is unknown at once', 'ok unset', 'ok unknown'],
    [
      'what was counted before it was not configured is forgotten',
      'ok down unset down',
      'ok ok unknown unknown',
    ],
    ['a check that gets configured counts at once', 'unset ok', 'unknown ok'],
  ])('%s: %s', (_, outcomes, statuses) => {
    expect(replay(outcomes).statuses).toBe(statuses);
  });

  it.each([
    [1, 1, 'ok down ok', 'ok down ok'],
    [3, 1, 'ok down down down ok', 'ok ok ok down ok'],
    [1, 3, 'ok deg ok ok ok', 'ok degraded degraded degraded ok'],
  ])(
    'with %i failures to down and %i successes to recover, %s is %s',
    (down, recover, outcomes, statuses) => {
      expect(replay(outcomes, down, recover).statuses).toBe(statuses);
    },
  );

  it('names each change once, with where it came from', () => {
    expect(replay('ok ok down down down deg deg down down ok ok unset unset').changes).toEqual([
      'unknown→ok',
      'ok→down',
      'down→degraded',
      'degraded→down',
      'down→ok',
      'ok→unknown',
    ]);
  });

  it('keeps when the status began, and what was last good', () => {
    expect(replay('ok ok down down down').state).toEqual({
      status: 'down',
      reason: 'timeout',
      detail: 'hung',
      since: 4000,
      checkedAt: 5000,
      latencyMs: 5000,
      consecutiveFailures: 3,
      consecutiveDowns: 3,
      consecutiveSuccesses: 0,
      consecutiveNotDowns: 0,
      lastGood: { at: 2000, latencyMs: 5 },
    });
  });

  it.each([
    ['an ok check shows no reason for a failure that is not yet believed', 'ok down', null],
    ['an unknown check shows why', 'down', 'timeout'],
    ['a down check keeps its reason while a recovery is not yet believed', 'ok down down ok', 'timeout'],
    ['a recovered check shows none', 'ok down down ok ok', null],
    ['the latest failure is the reason', 'ok down down deg', 'condition_failed'],
    ['not_configured is the reason', 'ok unset', 'not_configured'],
    ['a check that could never be asked says why', 'err', 'internal_error'],
    ['a known check keeps its reason through an unknown outcome', 'ok err', null],
  ])('%s', (_, outcomes, reason) => {
    expect(replay(outcomes).state.reason).toBe(reason);
  });

  it('leaves the time of a known status as it was through unknown outcomes, so that it grows stale', () => {
    expect(replay('ok err err').state.checkedAt).toBe(1000);
    expect(replay('err err').state.checkedAt).toBe(2000);
  });
});
