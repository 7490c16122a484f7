import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideAlert,
  decideComponent,
  decideStepTime,
  findReturned,
  isFailing,
  isTellingOver,
  judgeChecks,
  judgeServices,
  statusRank,
  tellerOf,
  weighUpstreams,
} from './decide.ts';
import type { CheckRecord, ComponentState, Verdict } from './types.ts';

const minuteMs = 60_000;
const nowMs = Date.parse('2026-03-01T12:00:00Z');

function record(status: CheckRecord['status'], changes: Partial<CheckRecord> = {}): CheckRecord {
  return {
    component: 'api',
    check: 'front',
    status,
    reason: status === 'ok' ? null : 'timeout',
    detail: status === 'ok' ? null : 'no answer within 2s',
    since: nowMs,
    checkedAt: nowMs,
    latencyMs: 20,
    consecutiveFailures: 0,
    consecutiveDowns: 0,
    consecutiveSuccesses: 0,
    consecutiveNotDowns: 0,
    recent: '',
    lastGood: null,
    ...changes,
  };
}

const notConfigured = record('unknown', {
  check: 'key',
  reason: 'not_configured',
  detail: 'API_KEY is not set',
});

const offline = record('unknown', { check: 'far', reason: 'offline', detail: 'the guard fails' });

describe('a component', () => {
  it.each([
    ['down', [record('ok'), record('down'), record('degraded')]],
    ['degraded', [record('ok'), record('degraded'), record('unknown')]],
    ['ok', [record('unknown'), record('ok'), notConfigured]],
    ['unknown', [record('unknown'), notConfigured]],
    ['unknown', [record('ok'), offline, record('ok')]],
    ['degraded', [offline, record('degraded')]],
    ['unknown', []],
  ] as const)(
    'is %s by the worst of its checks, and unknown only where nothing else is known',
    (status, checks) => {
      expect(judgeChecks(checks).status).toBe(status);
    },
  );

  it('names the first of the checks that are equally bad', () => {
    const verdict = judgeChecks([record('down', { check: 'first' }), record('down', { check: 'second' })]);
    expect(verdict.check?.check).toBe('first');
  });

  it('shows a missing setting only where no check was asked', () => {
    expect(judgeChecks([notConfigured])).toMatchObject({
      reason: 'not_configured',
      check: { detail: 'API_KEY is not set' },
    });
    expect(judgeChecks([notConfigured, record('unknown')]).reason).toBe('timeout');
    expect(judgeChecks([notConfigured, offline]).reason).toBe('offline');
  });

  it('has no data before its first result', () => {
    expect(judgeChecks([])).toEqual({ status: 'unknown', reason: 'no_data', check: null });
  });

  it('keeps since and makes no step while its status stays', () => {
    const before = stateOf('down', { since: nowMs - minuteMs });
    const { next, change } = decideComponent(
      'api',
      before,
      { status: 'down', reason: 'connect_refused' },
      nowMs,
      null,
    );
    expect(change).toBeNull();
    expect(next).toEqual({ ...before, reason: 'connect_refused', checkedAt: nowMs, toldBy: 'api' });
  });

  it('steps behind its last step, unless that is of a clock that was ahead', () => {
    const before = stateOf('ok', { since: nowMs - 100 });
    expect(decideStepTime(before, nowMs - 200, nowMs)).toBe(nowMs - 100);
    expect(decideStepTime(before, nowMs - 50, nowMs)).toBe(nowMs - 50);
    const ahead = (aheadMs: number) => stateOf('ok', { since: nowMs + aheadMs });
    expect(decideStepTime(ahead(minuteMs), nowMs - 50, nowMs)).toBe(nowMs + minuteMs);
    expect(decideStepTime(ahead(minuteMs + 1), nowMs - 50, nowMs)).toBe(nowMs - 50);
    expect(decideStepTime(null, nowMs - 50, nowMs)).toBe(nowMs - 50);
  });

  it.each([
    ['ok', 'down'],
    [null, 'ok'],
    ['down', 'unknown'],
  ] as const)('makes a step with its reason from %s to %s', (from, to) => {
    const before = from && stateOf(from);
    const { next, change } = decideComponent('api', before, { status: to, reason: 'timeout' }, nowMs, null);
    expect(change).toEqual({ component: 'api', at: nowMs, from, to, reason: 'timeout' });
    const toldBy = to === 'ok' ? null : 'api';
    expect(next).toEqual({
      component: 'api',
      status: to,
      reason: 'timeout',
      since: nowMs,
      checkedAt: nowMs,
      toldBy,
    });
  });
});

function stateOf(status: ComponentState['status'], changes: Partial<ComponentState> = {}): ComponentState {
  const state = { component: 'api', status, reason: null, since: nowMs, checkedAt: nowMs, toldBy: null };
  return { ...state, ...changes };
}

describe('who tells of a component', () => {
  const step = (before: ComponentState | null, status: Verdict['status'], reason: string, returned = 'db') =>
    decideComponent('api', before, { status, reason }, nowMs, returned).next.toldBy;

  it.each([
    ['nobody while it is ok', stateOf('down', { toldBy: 'db' }), 'ok', '', null],
    ['nobody while it has only what it needs to blame', stateOf('ok'), 'down', 'upstream_down', null],
    ['itself where it fails by itself', stateOf('ok'), 'down', 'timeout', 'api'],
    ['itself where it is new', null, 'degraded', 'timeout', 'api'],
    ['itself where it did before that was kept', stateOf('down'), 'down', 'upstream_down', 'api'],
    ['what it failed with', stateOf('down', { reason: 'upstream_down' }), 'down', 'timeout', 'db'],
    ['who began to', stateOf('down', { reason: 'upstream_down', toldBy: 'api' }), 'down', 'timeout', 'api'],
    ['who began to, meanwhile too', stateOf('down', { toldBy: 'db' }), 'degraded', 'upstream_down', 'db'],
    ['who began to, unknown as it is', stateOf('down', { toldBy: 'db' }), 'unknown', 'timeout', 'db'],
    ['who began to, offline as it was', stateOf('unknown', { toldBy: 'db' }), 'down', 'timeout', 'db'],
    ['nobody where it is not asked', stateOf('down', { toldBy: 'db' }), 'unknown', 'not_configured', null],
    ['itself, known as it is again', stateOf('unknown', { reason: 'offline' }), 'down', 'timeout', 'api'],
  ] as const)('is %s', (_, before, status, reason, teller) => {
    expect(step(before, status, reason)).toBe(teller);
  });

  it('is itself where it is not known what came back', () => {
    const before = stateOf('down', { reason: 'upstream_down' });
    expect(
      decideComponent('api', before, { status: 'down', reason: 'timeout' }, nowMs, null).next.toldBy,
    ).toBe('api');
  });

  it('is not what a version before left behind, once all is well', () => {
    const before = stateOf('ok', { reason: null, toldBy: 'db' });
    expect(tellerOf(before)).toBeNull();
    expect(
      decideComponent('api', before, { status: 'down', reason: 'timeout' }, nowMs, 'db').next.toldBy,
    ).toBe('api');
  });

  it('is one at a time, from the first word to the end', () => {
    const verdicts = fc.record({
      status: fc.constantFrom('ok', 'degraded', 'down', 'unknown'),
      reason: fc.constantFrom('timeout', 'upstream_down', 'not_configured'),
      returned: fc.constantFrom('db', 'edge', null),
    });
    fc.assert(
      fc.property(fc.array(verdicts, { maxLength: 12 }), (story) => {
        let before: ComponentState | null = null;
        for (const { returned, ...verdict } of story) {
          const { next } = decideComponent('api', before, verdict, nowMs, returned);
          const { toldBy } = next;
          const isToFire = isFailing(verdict.status) && verdict.reason !== 'upstream_down';
          const isOver =
            verdict.status === 'ok' || (verdict.status === 'unknown' && verdict.reason === 'not_configured');
          expect(isTellingOver(before, next)).toBe(isOver && before !== null && tellerOf(before) !== null);
          if (isOver) expect(toldBy).toBeNull();
          else if (before?.toldBy) expect(toldBy).toBe(before.toldBy);
          else expect(toldBy !== null).toBe(isToFire);
          expect(tellerOf(next)).toBe(toldBy);
          before = next;
        }
      }),
    );
  });
});

describe('what came back last', () => {
  const up = (component: string, since: number, status: ComponentState['status'] = 'ok') =>
    stateOf(status, { component, since });

  it.each([
    [[up('a', 1), up('b', 2)], 'b'],
    [[up('b', 2), up('a', 2)], 'a'],
    [[up('a', 2), up('b', 2)], 'a'],
    [[up('a', 1), up('b', 2, 'down')], 'a'],
    [[], null],
  ])('of %j is %s', (upstreams, returned) => expect(findReturned(upstreams)).toBe(returned));
});

describe('a dependant', () => {
  const patience = { failures: 2, intervalMs: 10_000, kOfN: null };
  const failing = (failures: number): Verdict =>
    judgeChecks([record('down', { consecutiveFailures: failures })]);
  const weigh = (verdict: Verdict, isDown: boolean, before: string | null, upSinceMs: number | null) =>
    weighUpstreams(verdict, { reason: before }, { isDown, lastChangeAt: upSinceMs }, patience, nowMs).reason;

  it('fails by its upstream while that is down', () => {
    expect(weigh(failing(2), true, null, nowMs)).toBe('upstream_down');
  });

  it('is ok whatever its upstream is', () => {
    expect(weigh(judgeChecks([record('ok')]), true, null, nowMs)).toBeNull();
  });

  it('fails by itself while its upstream is well', () => {
    expect(weigh(failing(2), false, null, nowMs)).toBe('timeout');
    expect(
      weighUpstreams(failing(2), null, { isDown: false, lastChangeAt: null }, patience, nowMs).reason,
    ).toBe('timeout');
  });

  it.each([
    ['too few failures in a row', 1, nowMs - minuteMs, 'upstream_down'],
    ['too short a time', 9, nowMs - 19_999, 'upstream_down'],
    ['as often and as long as makes a check down', 2, nowMs - 20_000, 'timeout'],
    ['an upstream that nothing is known of', 2, null, 'upstream_down'],
  ] as const)(
    'has to itself what lasts after the return of its upstream: %s',
    (_, failures, upSinceMs, reason) => {
      expect(weigh(failing(failures), false, 'upstream_down', upSinceMs)).toBe(reason);
    },
  );

  it.each([
    ['k of the last n were bad', 'dodod', nowMs - 50_000, 'timeout'],
    ['too few were', 'doood', nowMs - 50_000, 'upstream_down'],
    ['some of them were from before', 'dodod', nowMs - 49_999, 'upstream_down'],
    ['the latest was good', 'ddodo', nowMs - minuteMs, 'upstream_down'],
  ] as const)('that may fail now and then has to itself what lasts: %s', (_, recent, upSinceMs, reason) => {
    const consecutiveFailures = recent.endsWith('d') ? 1 : 0;
    const verdict = judgeChecks([record('down', { consecutiveFailures, recent })]);
    const upstreams = { isDown: false, lastChangeAt: upSinceMs };
    const often = { ...patience, kOfN: { k: 3, n: 5 } };
    expect(weighUpstreams(verdict, { reason: 'upstream_down' }, upstreams, often, nowMs).reason).toBe(reason);
  });

  it('counts no failures where no check decides', () => {
    const verdict: Verdict = { status: 'down', reason: null, check: null };
    expect(weigh(verdict, false, 'upstream_down', 0)).toBe('upstream_down');
  });
});

describe("a component's alert", () => {
  const decide = (
    status: Verdict['status'],
    result: { isFailure?: boolean; isChange?: boolean },
    { reason = 'timeout', critical = false } = {},
  ) => decideAlert({ status, reason }, critical, { isFailure: false, isChange: false, ...result });

  it.each([
    ['down', false, 'P1'],
    ['down', true, 'P0'],
    ['degraded', false, 'P2'],
    ['degraded', true, 'P2'],
  ] as const)('fires where the component becomes %s (critical: %s) as %s', (status, critical, severity) => {
    const fired = decide(status, { isFailure: true, isChange: true }, { critical });
    expect(fired).toEqual({ action: 'fire', severity, reason: 'became_worse' });
  });

  it('is repeated by each failing result', () => {
    expect(decide('down', { isFailure: true })).toMatchObject({ action: 'fire', reason: 'still_failing' });
  });

  it.each([
    ['the good result of another check', 'down', 'timeout', 'no_failure'],
    ['a failure of the upstream', 'down', 'upstream_down', 'upstream_down'],
    ['knowing nothing', 'unknown', 'timeout', 'nothing_known'],
    ['not being asked', 'unknown', 'not_configured', 'nothing_known'],
    ['going on well', 'ok', '', 'still_ok'],
  ] as const)('is left alone by %s', (_, status, reason, why) => {
    const isFailure = reason === 'upstream_down';
    expect(decide(status, { isFailure }, { reason })).toEqual({ action: 'none', reason: why });
  });

  it('ends at the step to ok', () => {
    expect(decide('ok', { isChange: true })).toEqual({ action: 'resolve', reason: 'recovered' });
  });

  it('ends at the step to where nobody asks any more, and at no other to unknown', () => {
    const step = (reason: string) => decide('unknown', { isChange: true }, { reason });
    expect(step('not_configured')).toEqual({ action: 'resolve', reason: 'not_configured' });
    expect(step('offline')).toEqual({ action: 'none', reason: 'nothing_known' });
  });
});

describe('all services together', () => {
  const service = (text: string) => {
    const [status, flag] = text.split(' ');
    return {
      status: status as Verdict['status'],
      reason: flag === 'unconfigured' ? 'not_configured' : null,
      critical: flag === 'critical',
    };
  };

  it.each([
    [['ok', 'ok critical'], 'ok'],
    [['ok', 'unknown unconfigured'], 'ok'],
    [['unknown unconfigured'], 'unknown'],
    [[], 'unknown'],
    [['unknown', 'unknown'], 'unknown'],
    [['ok', 'unknown'], 'degraded'],
    [['ok', 'degraded'], 'degraded'],
    [['ok', 'down'], 'degraded'],
    [['ok', 'degraded critical'], 'degraded'],
    [['ok', 'down critical'], 'down'],
    [['down', 'down', 'unknown unconfigured'], 'down'],
  ] as const)('with %j are %s', (services, status) => {
    expect(judgeServices(services.map(service))).toBe(status);
  });
});

describe('a status', () => {
  it('is worse the lower the component is, and unknown is no failure', () => {
    expect(
      (['down', 'unknown', 'ok', 'degraded'] as const).toSorted((a, b) => statusRank(a) - statusRank(b)),
    ).toEqual(['unknown', 'ok', 'degraded', 'down']);
    expect((['ok', 'degraded', 'down', 'unknown'] as const).filter(isFailing)).toEqual(['degraded', 'down']);
  });
});
