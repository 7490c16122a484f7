import { describe, expect, it } from 'vitest';
import type { KOfN } from '../core/recent-results.ts';
import { type CheckState, decideCheck, initialCheckState } from './decide.ts';
import type { CheckOutcome, CheckStatus } from './types.ts';

const words: Readonly<Record<string, CheckOutcome>> = {
  ok: { status: 'ok', reason: null, detail: null, latencyMs: 5 },
  deg: { status: 'degraded', reason: 'condition_failed', detail: 'slow', latencyMs: 900 },
  down: { status: 'down', reason: 'timeout', detail: 'hung', latencyMs: 5000 },
  err: { status: 'unknown', reason: 'internal_error', detail: 'EMFILE', latencyMs: 0 },
  off: { status: 'unknown', reason: 'offline', detail: 'the guard fails', latencyMs: 0 },
  unset: { status: 'unknown', reason: 'not_configured', detail: 'API_KEY', latencyMs: 0 },
};

function outcome(word: string): CheckOutcome {
  const found = words[word];
  if (!found) throw new Error(`no outcome ${word}`);
  return found;
}

/** Runs outcomes a second apart, the first at 1000. */
function replay(text: string, failuresToDown = 2, successesToRecover = 2, kOfN: KOfN | null = null) {
  let state: CheckState = initialCheckState(0);
  const statuses: CheckStatus[] = [];
  const changes: string[] = [];
  text.split(' ').forEach((word, index) => {
    const decision = decideCheck(state, outcome(word), (index + 1) * 1000, {
      failuresToDown,
      successesToRecover,
      kOfN,
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
    ['one that cannot be asked from here is unknown at once', 'ok off', 'ok unknown'],
    ['it is so whatever it was', 'ok down down off off', 'ok ok down unknown unknown'],
    ['what was counted before is forgotten', 'ok down off down down', 'ok ok unknown unknown down'],
    ['its first ok counts at once', 'ok down down off ok', 'ok ok down unknown ok'],
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

  it.each([
    ['k of n make it down', 2, 3, 'ok down ok down', 'ok ok ok down'],
    ['fewer are nothing', 3, 5, 'ok down ok down ok ok ok down', 'ok ok ok ok ok ok ok ok'],
    ['n need not be there yet', 2, 100, 'down ok down', 'unknown ok down'],
    ['the first ok of an unknown one counts at once', 3, 5, 'down ok', 'unknown ok'],
    ['what is at least degraded makes it degraded', 2, 3, 'ok down ok deg', 'ok ok ok degraded'],
    ['degraded ones make nothing down', 2, 4, 'ok deg ok deg ok down', 'ok ok ok degraded degraded degraded'],
    ['a row makes it down all the same', 5, 9, 'ok down down', 'ok ok down'],
    ['successes alone are no recovery', 2, 5, 'ok down ok down ok ok', 'ok ok ok down down down'],
    ['it recovers as k of n hold no more', 2, 5, 'ok down ok down ok ok ok', 'ok ok ok down down down ok'],
    ['and not before its successes', 2, 3, 'ok down down ok ok', 'ok ok down down ok'],
    [
      'it is degraded while as many were that',
      3,
      6,
      'ok down down deg ok ok ok ok',
      'ok ok down down degraded degraded degraded ok',
    ],
    [
      'it is down while as many were that',
      2,
      5,
      'ok down down deg deg deg ok',
      'ok ok down down down down degraded',
    ],
    [
      'what was before it was not configured is forgotten',
      2,
      9,
      'ok down unset ok down',
      'ok ok unknown ok ok',
    ],
    ['what was before it was offline is forgotten', 2, 9, 'ok down off ok down', 'ok ok unknown ok ok'],
  ])('%s (%i of %i): %s', (name, k, n, outcomes, statuses) => {
    expect(replay(outcomes, 2, 2, { k, n }).statuses, name).toBe(statuses);
  });

  it('takes another n by the results that it has, and a good one makes nothing worse', () => {
    const before = replay('ok down ok down ok', 2, 2, { k: 3, n: 5 }).state;
    const decide = (word: string, k: number, n: number) =>
      decideCheck(before, outcome(word), 9000, { failuresToDown: 2, successesToRecover: 2, kOfN: { k, n } });
    expect(decide('ok', 2, 9).next).toMatchObject({ status: 'ok', recent: 'ododoo' });
    expect(decide('deg', 2, 9).next.status).toBe('degraded');
    expect(decide('down', 2, 9).next).toMatchObject({ status: 'down', recent: 'ododod' });
    expect(decide('down', 2, 2).next).toMatchObject({ status: 'ok', recent: 'od' });
  });

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
      recent: '',
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
    ['offline is the reason', 'down down off', 'offline'],
    ['it is so while nobody knows better', 'down down off err down', 'offline'],
    ['what fails afterwards has its own', 'down down off down down', 'timeout'],
    ['a known check keeps its reason through an unknown outcome', 'ok err', null],
  ])('%s', (_, outcomes, reason) => {
    expect(replay(outcomes).state.reason).toBe(reason);
  });

  it('leaves the time of a known status as it was through unknown outcomes, so that it grows stale', () => {
    expect(replay('ok err err').state.checkedAt).toBe(1000);
    expect(replay('err err').state.checkedAt).toBe(2000);
  });
});
