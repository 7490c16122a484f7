import { describe, expect, it } from 'vitest';
import { type Affected, reportAffected } from './report-affected.ts';

const db = { id: 'db', name: 'The db' };
const affected = (id: string, changes: Partial<Affected> = {}): Affected => ({
  id,
  name: id.toUpperCase(),
  critical: false,
  verdict: { status: 'down', reason: 'timeout', check: null },
  dependants: 0,
  ...changes,
});
const degraded: Affected['verdict'] = { status: 'degraded', reason: 'slow', check: null };
const numbered = (count: number, prefix = 'c') =>
  Array.from({ length: count }, (_, i) => affected(`${prefix}${String(i).padStart(3, '0')}`));

describe('the report of all that still fail', () => {
  it('tells the worst first, and is as severe', () => {
    const report = reportAffected(db, [
      affected('b', { verdict: degraded, critical: true }),
      affected('c', { dependants: 2 }),
      affected('a'),
      affected('d', { critical: true }),
    ]);
    expect(report.severity).toBe('P0');
    expect(report.message?.split('\n')).toEqual([
      'Affected: D, A, C, B.',
      'D is down.',
      'A is down.',
      'C is down. 2 dependants affected.',
      'B is degraded.',
    ]);
    expect(report.annotations).toEqual({ affected: 'd,a,c,b' });
  });

  it('tells ten one by one, and how many more there are', () => {
    const lines = reportAffected(db, numbered(12)).message?.split('\n') ?? [];
    expect(lines).toHaveLength(11);
    expect(lines[0]).toMatch(/, C009 and 2 more\.$/);
  });

  it('lists as many whole ids as an annotation holds', () => {
    const ids = reportAffected(db, numbered(300, 'service-')).annotations.affected ?? '';
    expect(ids.length).toBeLessThanOrEqual(2000);
    expect(ids.split(',').at(-1)).toMatch(/^service-\d{3}$/);
    expect(ids.split(',')).toHaveLength(166);
  });
});
