import { expect, it } from 'vitest';
import type { AlertRow, IncidentRow } from '../../store/index.ts';
import { renderTriageMarkdown } from './markdown.ts';
import { makeTriageReport, type TriageFacts } from './report.ts';

const now = Date.parse('2026-03-01T12:10:00Z');
const began = Date.parse('2026-03-01T12:00:00Z');

const incident = {
  incident_id: 'inc_1',
  number: 7,
  title: 'api is down',
  service: 'api',
  env: 'prod',
  severity: 'P1',
  status: 'open',
  components: '["web"]',
  started_at: began,
  resolved_at: null,
  superseded_by: null,
} as IncidentRow;

const alert = {
  alert_ref: 'alrt_1',
  signature: 'abc',
  service: 'api',
  env: 'prod',
  kind: 'availability',
  severity: 'P1',
  title: 'api is down',
  message: 'connection refused',
  source: 'monitor@node1',
  occurrences: 3,
  first_seen_at: began,
  last_seen_at: now,
  created_at: began,
  ended_at: null,
  labels: '{"node":"a"}',
  annotations: null,
  metrics: '{"latency_p95_ms":1200}',
  evidence: null,
} as AlertRow;

const facts: TriageFacts = {
  incident,
  alert,
  events: [],
  before: [],
  counts: { alerts60m: 3, triages24h: 1 },
  around: { rows: [], total: 0 },
  siblings: { rows: [], total: 0 },
};

function render(change: Partial<TriageFacts>): string {
  return renderTriageMarkdown(makeTriageReport({ ...facts, ...change }, now));
}

it('says what, where, since when and how often', () => {
  const text = render({});
  expect(text).toContain('# Triage of INC-7: api is down');
  expect(text).toContain('- Where: api in prod');
  expect(text).toContain('- Since: 2026-03-01T12:00:00.000Z');
  expect(text).toContain('reported 3 times by monitor@node1');
  expect(text).toContain(
    '- Alerts that came to incidents in the last hour, repeats not counted: 3; triages in the last day: 1',
  );
  expect(text).toContain('- latency\\_p95\\_ms = 1200');
});

it('tells how the same failure ended before, and sends people there first', () => {
  const before = {
    ...incident,
    incident_id: 'inc_0',
    number: 5,
    status: 'closed',
    started_at: began - 7_200_000,
    resolved_at: began - 3_600_000,
  } as IncidentRow;
  const text = render({ before: [before] });
  expect(text).toContain('- INC-5 api is down: began 2026-03-01T10:00:00.000Z, lasted 1h, closed');
  expect(text).toContain('Read how INC-5 ended');
});

it('counts the alerts around that it does not show', () => {
  const other = { ...alert, alert_ref: 'alrt_2', title: 'db is slow', service: 'db' };
  const text = render({ around: { rows: [other], total: 12 } });
  expect(text).toContain('| P1 | db is slow | db in prod | 3 |');
  expect(text).toContain('And 11 more.');
});

it('keeps text from outside text, whatever marks are in it', () => {
  const hostile = '# [click](http://evil) <img src=x> | `a`\n## fake';
  const text = render({ alert: { ...alert, title: hostile, message: '```\n# out\n````' } });
  expect(text).toContain('\\# \\[click\\](http://evil) \\<img src=x\\> \\| \\`a\\` \\#\\# fake');
  expect(text).toContain('`````text\n```\n# out\n````\n`````');
});

it('calls waiting safe where the alert has ended', () => {
  expect(render({ alert: { ...alert, ended_at: now } })).toContain('Wait: the alert has ended by itself.');
});
