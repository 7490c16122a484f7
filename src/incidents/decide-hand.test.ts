import { describe, expect, it } from 'vitest';
import type { IncidentStatus } from '../store/index.ts';
import { decideMerge, decideSeverity, type MergeParty, refuseClosed } from './decide-hand.ts';

function party(change: Partial<MergeParty> = {}): MergeParty {
  return {
    incidentId: 'inc_1',
    number: 'INC-1',
    status: 'open',
    severity: 'P2',
    severityCap: null,
    startedAt: 1000,
    lastAlertAt: 2000,
    components: ['api'],
    ...change,
  };
}
const other = (change: Partial<MergeParty> = {}) =>
  party({ incidentId: 'inc_2', number: 'INC-2', ...change });

describe('a closed incident', () => {
  it.each<[IncidentStatus, boolean]>([
    ['open', true],
    ['mitigating', true],
    ['resolved', true],
    ['closed', false],
  ])('is the only one that nothing is done to any more: %s', (status, isTaken) => {
    const act = () => refuseClosed({ number: 'INC-1', status }, 'assigned');
    if (isTaken) expect(act()).toBeUndefined();
    else expect(act).toThrow('incident INC-1 is closed and cannot become assigned');
  });
});

describe('a severity set by hand', () => {
  it.each([
    ['P2', 'P1', { change: true, rises: true }],
    ['P2', 'P3', { change: true, rises: false }],
    ['P2', 'P2', { change: false, rises: false }],
  ] as const)('from %s to %s', (severity, to, decision) => {
    expect(decideSeverity(party({ severity }), to)).toEqual(decision);
  });

  it('is refused once the incident is closed, naming both', () => {
    expect(() => decideSeverity(party({ status: 'closed' }), 'P0')).toThrow('is closed and cannot become P0');
  });
});

describe('a merger', () => {
  it('takes the worse severity, the earlier start, the later alert and all components', () => {
    const source = party({ severity: 'P1', startedAt: 10, lastAlertAt: 3000, components: ['api', 'db'] });
    expect(decideMerge(source, other({ components: ['db', 'web'] }))).toEqual({
      severity: 'P1',
      severityRose: true,
      severityCap: null,
      startedAt: 10,
      lastAlertAt: 3000,
      components: ['db', 'web', 'api'],
    });
  });

  it.each([
    ['P2', 'P1', 'P1'],
    ['P2', null, null],
    [null, 'P2', null],
  ] as const)('of caps %s and %s keeps the looser one: %s', (a, b, cap) => {
    const merged = decideMerge(party({ severityCap: a }), other({ severityCap: b }));
    expect(merged).toMatchObject({ severityCap: cap, severityRose: false });
  });

  it.each<[IncidentStatus, IncidentStatus, boolean]>([
    ['open', 'open', true],
    ['mitigating', 'open', true],
    ['resolved', 'mitigating', true],
    ['closed', 'open', false],
    ['open', 'resolved', false],
    ['open', 'closed', false],
  ])('of one that is %s into one that is %s: %s', (from, into, isTaken) => {
    const act = () => decideMerge(party({ status: from }), other({ status: into }));
    if (isTaken) expect(act().severity).toBe('P2');
    else expect(act).toThrow(`incident INC-1 is ${from} and INC-2 is ${into}`);
  });

  it('of an incident with itself is refused', () => {
    expect(() => decideMerge(party(), party())).toThrow('into: INC-1 is the same incident');
  });
});
