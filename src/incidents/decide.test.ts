import { describe, expect, it } from 'vitest';
import type { IncidentStatus } from '../store/index.ts';
import {
  type BridgeFacts,
  type BridgePolicy,
  decideAcknowledge,
  decideAutoResolve,
  decideBridge,
  decideMove,
  decideTriage,
  type IncidentState,
  isMoreSevere,
} from './decide.ts';

const now = 1_000_000_000;
const minute = 60_000;

function incident(change: Partial<IncidentState> = {}): IncidentState {
  return {
    incidentId: 'inc_1',
    status: 'open',
    severity: 'P2',
    severityCap: null,
    createdAt: now - 60 * minute,
    lastAlertAt: now - 10 * minute,
    resolvedAt: null,
    supersededBy: null,
    ...change,
  };
}

const nothing: BridgeFacts = { holder: null, former: null, neighbour: null, recentSignatures: 0 };
const policy: BridgePolicy = {
  severityCap: null,
  dedupeWindowMs: 180 * minute,
  reopenMs: 30 * minute,
  groupWindowMs: minute,
  stormThreshold: 20,
};
const alert = { severity: 'P1', bridgedInto: null } as const;
const resolved = (change: Partial<IncidentState> = {}) =>
  incident({ status: 'resolved', resolvedAt: now - 30 * minute, ...change });

describe('the bridge', () => {
  it.each<[string, Partial<BridgeFacts>, string, string]>([
    ['opens an incident where there is none', {}, 'create', 'first'],
    ['joins the incident that holds the signature', { holder: incident() }, 'join', 'joined_incident'],
    [
      'joins at the very end of the window',
      { holder: incident({ lastAlertAt: now - 180 * minute }) },
      'join',
      'joined_incident',
    ],
    [
      'supersedes an incident past the window',
      { holder: incident({ lastAlertAt: now - 180 * minute - 1 }) },
      'supersede',
      'past_window',
    ],
    ['reopens at the very end of its time', { former: resolved() }, 'reopen', 'reopened'],
    ['does not reopen later', { former: resolved({ resolvedAt: now - 30 * minute - 1 }) }, 'create', 'first'],
    ['never reopens a closed incident', { former: resolved({ status: 'closed' }) }, 'create', 'first'],
    [
      'never reopens a superseded incident',
      { former: resolved({ supersededBy: 'inc_2' }) },
      'create',
      'first',
    ],
    ['never reopens what has no end', { former: resolved({ resolvedAt: null }) }, 'create', 'first'],
    [
      'groups what comes within the group window of a neighbour',
      { neighbour: incident({ createdAt: now - minute }) },
      'storm-join',
      'storm_grouped',
    ],
    [
      'leaves an older neighbour alone',
      { neighbour: incident({ createdAt: now - minute - 1 }), recentSignatures: 19 },
      'create',
      'first',
    ],
    [
      'groups into an older neighbour above the storm threshold',
      { neighbour: incident({ createdAt: now - minute - 1 }), recentSignatures: 20 },
      'storm-join',
      'storm_grouped',
    ],
    [
      'prefers the incident of the signature over a neighbour',
      { former: resolved(), neighbour: incident({ incidentId: 'inc_2', createdAt: now }) },
      'reopen',
      'reopened',
    ],
  ])('%s', (_, facts, action, reason) => {
    expect(decideBridge({ ...nothing, ...facts }, alert, now, policy)).toMatchObject({ action, reason });
  });

  it('takes an alert back into its own incident, however long ago', () => {
    const holder = incident({ lastAlertAt: 0 });
    const own = { severity: 'P1', bridgedInto: 'inc_1' } as const;
    expect(decideBridge({ ...nothing, holder }, own, now, policy).action).toBe('join');
  });

  it.each([
    ['the alert where it is worse', 'P3', null, null, 'P1', null],
    ['the incident where that is worse', 'P0', null, null, 'P0', null],
    ['the alert, never above its cap', 'P3', null, 'P2', 'P2', null],
    ['both caps, the looser one kept', 'P3', 'P3', 'P2', 'P2', 'P2'],
    ['an incident without a cap, which stays without', 'P2', 'P2', null, 'P1', null],
  ] as const)('makes the severity that of %s', (_, severity, own, cap, expected, expectedCap) => {
    const facts = { ...nothing, holder: incident({ severity, severityCap: own }) };
    const decision = decideBridge(facts, alert, now, { ...policy, severityCap: cap });
    expect(decision).toMatchObject({ severity: expected, severityCap: expectedCap });
  });

  it('caps a new incident', () => {
    const decision = decideBridge(nothing, alert, now, { ...policy, severityCap: 'P2' });
    expect(decision).toMatchObject({ severity: 'P2', severityCap: 'P2' });
  });
});

it.each([
  ['P0', 'P1', true],
  ['P1', 'P1', false],
  ['INFO', 'P3', false],
] as const)('says whether %s is more severe than %s', (a, b, expected) => {
  expect(isMoreSevere(a, b)).toBe(expected);
});

it.each([
  ['is the first', null, true, 'first'],
  ['comes as the cooldown ends', now - 15 * minute, true, 'cooldown_over'],
  ['comes within it', now - 15 * minute + 1, false, 'cooldown'],
] as const)('decides about a triage that %s', (_, lastAt, run, reason) => {
  expect(decideTriage(lastAt, now, 15 * minute)).toEqual({ run, reason });
});

it.each([
  ['has no alerts', { live: 0, lastEndedAt: null }, false, 'no_alerts'],
  ['has a live alert', { live: 1, lastEndedAt: now - 60 * minute }, false, 'live_alerts'],
  ['has not been quiet for the hold', { live: 0, lastEndedAt: now - minute + 1 }, false, 'held'],
  ['has been quiet for the hold', { live: 0, lastEndedAt: now - minute }, true, 'all_ended'],
] as const)('decides about an incident that %s', (_, alerts, resolve, reason) => {
  expect(decideAutoResolve(alerts, now, minute)).toEqual({ resolve, reason });
});

describe('a move by hand', () => {
  const statuses: IncidentStatus[] = ['open', 'mitigating', 'resolved', 'closed'];
  const legal = new Set([
    'open mitigating',
    'open resolved',
    'open closed',
    'mitigating resolved',
    'mitigating closed',
    'resolved closed',
  ]);
  const pairs = statuses.flatMap((from) => statuses.map((to) => [from, to] as const));

  it.each(pairs)('from %s to %s is made, or refused with both states', (from, to) => {
    const move = () => decideMove({ number: 'INC-7', status: from }, to, 0, false);
    if (legal.has(`${from} ${to}`)) {
      const isOver = to === 'resolved' || to === 'closed';
      expect(move()).toEqual({ endsStory: isOver && from !== 'resolved', endsAlerts: false });
    } else {
      expect(move).toThrow(`incident INC-7 is ${from} and cannot become ${to}`);
    }
  });

  it.each([
    [1, '1 live alert '],
    [2, '2 live alerts '],
  ])('that ends %i live alerts needs force', (live, words) => {
    const subject = { number: 'INC-7', status: 'open' } as const;
    expect(() => decideMove(subject, 'closed', live, false)).toThrow(words);
    expect(decideMove(subject, 'closed', live, true)).toEqual({ endsStory: true, endsAlerts: true });
  });

  it('that ends nothing looks at no alerts', () => {
    const subject = { number: 'INC-7', status: 'open' } as const;
    expect(decideMove(subject, 'mitigating', 3, false)).toEqual({ endsStory: false, endsAlerts: false });
  });
});

describe('an acknowledgement', () => {
  const subject = { number: 'INC-7', status: 'open', acknowledgedBy: null } as const;

  it('is new for an incident that nobody has', () => {
    expect(decideAcknowledge(subject, 'ann')).toEqual({ acknowledge: true });
  });

  it('changes nothing for who has it', () => {
    expect(decideAcknowledge({ ...subject, acknowledgedBy: 'ann' }, 'ann')).toEqual({ acknowledge: false });
  });

  it('is refused with the name of who has it', () => {
    expect(() => decideAcknowledge({ ...subject, acknowledgedBy: 'ann' }, 'bob')).toThrow(
      'INC-7 is already acknowledged by ann',
    );
  });

  it.each(['resolved', 'closed'] as const)('is refused for an incident that is %s', (status) => {
    expect(() => decideAcknowledge({ ...subject, status }, 'ann')).toThrow(
      `INC-7 is ${status} and cannot become acknowledged`,
    );
  });
});
