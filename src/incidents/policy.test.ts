import { expect, it } from 'vitest';
import type { PolicyRule, RoutingPolicy } from '../config/types.ts';
import { matchPolicyRule, type PolicySubject } from './policy.ts';

const actions: PolicyRule['actions'] = {
  autoIncident: true,
  autoTriage: false,
  incidentSeverityCap: null,
  dedupeWindowMs: null,
  triageMode: 'deterministic',
  attachAlertArtifact: false,
  ack: true,
  notify: null,
};

const rules: PolicyRule[] = [
  { name: 'urgent', match: { envIn: ['prod'], severityIn: ['P0', 'P1'] }, actions },
  { name: 'disks', match: { kindIn: ['disk', 'oom'], serviceIn: ['db'] }, actions },
  { name: 'labelled', match: { labels: { team: 'web', tier: '1' } }, actions },
];

const subject: PolicySubject = { env: 'dev', severity: 'P3', kind: 'custom', service: 'api', labels: {} };

it.each<[string, Partial<PolicySubject>, string]>([
  ['all its keys fit', { env: 'prod', severity: 'P1' }, 'urgent'],
  ['one of two keys does not fit', { env: 'prod', severity: 'P2' }, 'no-rule-matched'],
  ['one value of each list fits', { kind: 'oom', service: 'db' }, 'disks'],
  ['all its labels fit', { labels: { team: 'web', tier: '1', more: 'x' } }, 'labelled'],
  ['a label is missing', { labels: { team: 'web' } }, 'no-rule-matched'],
  ['an earlier rule fits too', { env: 'prod', severity: 'P0', kind: 'disk', service: 'db' }, 'urgent'],
])('picks the first rule where %s', (_, change, name) => {
  const policy = { rules, defaults: {} } as unknown as RoutingPolicy;
  expect(matchPolicyRule(policy, { ...subject, ...change }).name).toBe(name);
});

it('tells all routes of what no rule matches, and opens no incident', () => {
  const policy = { rules: [], defaults: {} } as unknown as RoutingPolicy;
  expect(matchPolicyRule(policy, subject).actions).toMatchObject({ autoIncident: false, notify: null });
});
