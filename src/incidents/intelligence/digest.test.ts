import { expect, it } from 'vitest';
import type { IncidentRow } from '../../store/index.ts';
import { type DigestFacts, renderDigest } from './digest.ts';

const toMs = Date.parse('2026-03-02T08:00:00Z');
const hourMs = 3_600_000;
const fromMs = toMs - 7 * 24 * hourMs;

const incident = (number: number, change: Partial<IncidentRow> = {}) =>
  ({
    incident_id: `inc_${number}`,
    number,
    title: `api_v${number} is *down*`,
    service: 'api',
    env: 'prod',
    severity: 'P1',
    status: 'resolved',
    started_at: fromMs,
    created_at: fromMs,
    resolved_at: fromMs + number * hourMs,
    acknowledged_at: fromMs + number * 60_000,
    owner: null,
    ...change,
  }) as IncidentRow;

const empty: DigestFacts = {
  fromMs,
  toMs,
  incidents: [],
  open: [],
  recurring: [],
  deployments: 0,
  followups: { open: 0, overdue: 0 },
};

it('of a busy week is the one that is kept as an example', async () => {
  const open = incident(4, { severity: 'P2', status: 'open', resolved_at: null, acknowledged_at: null });
  const facts = {
    ...empty,
    incidents: [open, incident(3), incident(2), incident(1, { severity: 'P0' })],
    open: [open, incident(3, { owner: 'ida', resolved_at: null })],
    recurring: [
      {
        title: 'api is down',
        service: 'api',
        days7: 4,
        days30: 7,
        level: 'high',
        recommendation: 'Plan the repair.',
      } as const,
    ],
    deployments: 12,
    followups: { open: 5, overdue: 2 },
  };
  await expect(renderDigest(facts)).toMatchFileSnapshot('examples/digest.md');
});

it('of a quiet week says so', () => {
  expect(renderDigest(empty)).toBe(
    '# Digest of 2026-02-23 to 2026-03-02\n\n## What happened\n\n- No incident.\n- Follow-ups: 0 open, 0 overdue\n- Deployments: 0\n',
  );
});

it('of a bad week names ten and counts the rest', () => {
  const incidents = Array.from({ length: 25 }, (_, i) => incident(i + 1));
  expect(renderDigest({ ...empty, incidents })).toContain('- And 15 more.');
});

it('of one incident says what it took, and of none that nobody took one', () => {
  const one = renderDigest({ ...empty, incidents: [incident(2, { acknowledged_at: null })] });
  expect(one).toContain('- Acknowledged: none of 1\n- Over: 1 of 1, after 2h\n');
});
