import { describe, expect, it } from 'vitest';
import type { EscalationPolicy, EscalationRule } from '../config/types.ts';
import { decideEscalation, mayEscalate } from './decide-escalate.ts';

const rule = (name: string, from: EscalationRule['from'], to: EscalationRule['to'], numbers: number[]) => ({
  name,
  from,
  to,
  occurrences60m: numbers[0] ?? null,
  triageCount24h: numbers[1] ?? null,
  followup: null,
});
const rules = [rule('p2-to-p1', 'P2', 'P1', [10, 3]), rule('p1-to-p0', 'P1', 'P0', [25, 6])];
const policy = (severityCap: EscalationRule['from'] = 'P0'): EscalationPolicy => ({
  defaults: { noAlertsMs: 1, autoClose: false, severityCap },
  rules,
});
const counts = (occurrences60m: number, triageCount24h: number) => ({ occurrences60m, triageCount24h });

describe('escalation', () => {
  it.each([
    ['P2', 9, 2, [], 'below_thresholds'],
    ['P2', 10, 0, ['P1'], 'escalated'],
    ['P2', 0, 3, ['P1'], 'escalated'],
    ['P2', 25, 0, ['P1', 'P0'], 'escalated'],
    ['P2', 10, 6, ['P1', 'P0'], 'escalated'],
    ['P1', 24, 5, [], 'below_thresholds'],
    ['P1', 25, 0, ['P0'], 'escalated'],
    ['P1', 0, 6, ['P0'], 'escalated'],
    ['P0', 1000, 100, [], 'below_thresholds'],
    ['P3', 1000, 100, [], 'below_thresholds'],
  ] as const)('of a %s at %d reports and %d triages: %j, %s', (severity, reports, triages, to, reason) => {
    const decision = decideEscalation({ severity, severityCap: null }, counts(reports, triages), policy());
    expect(decision.steps.map((step) => step.to)).toEqual(to);
    expect(decision.reason).toBe(reason);
  });

  it.each([
    ['P2', 'P1', 'P0', ['P1'], 'escalated'],
    ['P2', null, 'P1', ['P1'], 'escalated'],
    ['P2', 'P2', 'P0', [], 'at_cap'],
    ['P1', null, 'P1', [], 'at_cap'],
    ['P1', null, 'P2', [], 'at_cap'],
  ] as const)(
    'of a %s never goes above its cap %s, nor that of the policy %s',
    (severity, severityCap, cap, to, reason) => {
      const decision = decideEscalation({ severity, severityCap }, counts(100, 0), policy(cap));
      expect(decision.steps.map((step) => step.to)).toEqual(to);
      expect(decision.reason).toBe(reason);
    },
  );

  it('names the rule and every number that was enough', () => {
    const { steps } = decideEscalation({ severity: 'P2', severityCap: null }, counts(12, 4), policy());
    expect(steps).toEqual([
      {
        rule: rules[0],
        from: 'P2',
        to: 'P1',
        why: '12 reports in 60 min, 10 are enough; 4 triages in 24 h, 3 are enough',
      },
    ]);
  });

  it('by a rule without a number ignores what it does not count', () => {
    const byTriages = { ...policy(), rules: [{ ...rule('a', 'P2', 'P1', []), triageCount24h: 2 }] };
    const decide = (reports: number, triages: number) =>
      decideEscalation({ severity: 'P2', severityCap: null }, counts(reports, triages), byTriages).steps[0]
        ?.why;
    expect(decide(1000, 1)).toBeUndefined();
    expect(decide(1000, 2)).toBe('2 triages in 24 h, 2 are enough');
    expect(mayEscalate(counts(1000, 1), byTriages)).toBe(false);
    expect(mayEscalate(counts(0, 2), byTriages)).toBe(true);
  });
});
