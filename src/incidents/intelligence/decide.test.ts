import { describe, expect, it } from 'vitest';
import { loadTestConfig } from '../../../test/supervised.ts';
import { decideLevel, decideRelation, type Level, recommend, type Story, worse } from './decide.ts';
import { decideDigest } from './decide-digest.ts';

const minuteMs = 60_000;
const { correlation, digest } = (await loadTestConfig()).intelligence;

const one: Story = {
  incidentId: 'inc_1',
  service: 'api',
  signatures: new Set(['s1', 's2']),
  kinds: new Set(['latency']),
  startedAt: 1_000_000_000,
};
const other = (change: Partial<Story>, minutes = 10_000): Story => ({
  incidentId: 'inc_2',
  service: 'web',
  signatures: new Set(['s9']),
  kinds: new Set(['disk']),
  startedAt: one.startedAt - minutes * minuteMs,
  ...change,
});

describe('two incidents', () => {
  it.each<[string, Story, number | null, string | null]>([
    ['of one signature', other({ signatures: new Set(['s2']) }), 100, 'same_signature'],
    [
      'of one signature, service and kind count by the strongest',
      other({ signatures: new Set(['s1']), service: 'api', kinds: one.kinds }, 1),
      100,
      'same_signature',
    ],
    ['of one service and kind', other({ service: 'api', kinds: one.kinds }), 60, 'same_service_and_kind'],
    ['of one service in time', other({ service: 'api' }, 180), 40, 'same_service'],
    ['of one service, which came later', other({ service: 'api' }, -180), 40, 'same_service'],
    ['of one service, too far apart', other({ service: 'api' }, 181), null, null],
    ['of one kind elsewhere in time', other({ kinds: one.kinds }, 120), 30, 'same_kind'],
    ['of one kind elsewhere, too far apart', other({ kinds: one.kinds }, 121), null, null],
    ['with nothing in common', other({}, 0), null, null],
  ])('%s', (_, candidate, score, reason) => {
    expect(decideRelation(one, candidate, correlation)).toEqual(score === null ? null : { score, reason });
  });

  it('are not related by less than the policy wants', () => {
    const policy = { ...correlation, minScore: 41 };
    expect(decideRelation(one, other({ service: 'api' }, 1), policy)).toBeNull();
  });
});

describe('what comes often', () => {
  it.each<[number, number, Level]>([
    [2, 2, 'none'],
    [0, 3, 'warn'],
    [3, 5, 'warn'],
    [1, 6, 'high'],
  ])('%i times in 7 days and %i in 30 is %s', (days7, days30, level) => {
    expect(decideLevel({ days7, days30 }, { warn: 3, high: 6 })).toBe(level);
  });

  it.each<[Level, Level, Level, string]>([
    ['high', 'none', 'high', 'Stop healing it by hand'],
    ['warn', 'high', 'high', 'Find its cause'],
    ['none', 'high', 'high', 'Failures of this kind'],
    ['none', 'warn', 'warn', 'Watch this kind'],
    ['none', 'none', 'none', 'Nothing beyond'],
  ])('%s by signature and %s by kind is %s, with what to do', (signature, kind, level, words) => {
    expect(worse(signature, kind)).toBe(level);
    expect(recommend(signature, kind)).toContain(words);
  });
});

describe('the digest', () => {
  const policy = { ...digest, route: 'ops' };
  it.each([
    ['2026-03-02T08:00:00Z', '2026-03-02T08:00:00Z', true],
    ['2026-03-02T07:59:59Z', '2026-02-23T08:00:00Z', false],
    ['2026-03-03T07:59:59Z', '2026-03-02T08:00:00Z', true],
    ['2026-03-03T08:00:00Z', '2026-03-02T08:00:00Z', false],
    ['2026-03-08T23:00:00Z', '2026-03-02T08:00:00Z', false],
  ])('at %s the last one was that of %s; to be told: %s', (now, due, isDue) => {
    expect(decideDigest(policy, Date.parse(now))).toEqual({ dueAt: Date.parse(due), isDue });
  });

  it('to no route is never due', () => {
    expect(decideDigest(digest, Date.parse('2026-03-02T08:00:00Z')).isDue).toBe(false);
  });
});
