import { expect, test } from 'vitest';
import { type IncidentPage, incidentPage } from './incident.ts';
import type { IncidentDetails } from './incident-rows.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');
const nasty = `<script>alert('x')</script>"&`;
const began = '2026-03-01T11:40:00.000Z';

const alert: IncidentDetails['alerts'][number] = {
  alert_ref: 'alr_1',
  dedupe_key: 'd',
  fingerprint: 'f',
  signature: 's',
  service: 'shop',
  env: 'prod',
  kind: 'latency',
  severity: 'P1',
  title: 'p95 is too high',
  message: 'p95 = 1840 ms, limit 500 ms',
  source: 'probe',
  status: 'acked',
  state: 'firing',
  occurrences: 40,
  first_seen_at: began,
  last_seen_at: '2026-03-01T11:59:50.000Z',
  started_at: began,
  ended_at: null,
  labels: {},
  annotations: {},
  metrics: { p95_ms: 1840 },
  evidence: null,
  owner: null,
  processing_lock_until: null,
  attempts: 0,
  retry_at: null,
  last_error: null,
  incident_id: 'inc_1',
  silenced_by: null,
  created_at: began,
  updated_at: began,
};
const event: IncidentDetails['timeline'][number] = {
  id: 'e1',
  at: began,
  last_at: began,
  occurrences: 1,
  type: 'status_change',
  actor: 'tocsin:supervisor',
  message: 'opened as P1',
  meta: null,
};
const message: IncidentDetails['notifications'][number] = {
  id: 'ntf_1',
  idempotency_key: 'k',
  channel: 'oncall',
  route: null,
  event: 'incident.opened',
  incident_id: 'inc_1',
  alert_ref: null,
  severity: 'P1',
  title: 'P1 checkout is slow',
  status: 'delivered',
  attempts: 1,
  next_attempt_at: null,
  error: null,
  provider_message_id: null,
  created_at: began,
  sent_at: '2026-03-01T11:40:02.000Z',
};
const incident: IncidentDetails = {
  id: 'inc_1',
  number: 'INC-42',
  title: 'checkout is slow',
  service: 'shop',
  env: 'prod',
  severity: 'P1',
  status: 'open',
  signature: 's',
  components: ['shop', 'payments'],
  summary: null,
  owner: null,
  started_at: began,
  last_alert_at: began,
  resolved_at: null,
  closed_at: null,
  acknowledged_at: null,
  acknowledged_by: null,
  superseded_by: null,
  candidate_at: null,
  created_at: began,
  updated_at: began,
  timeline: [event],
  timeline_total: 1,
  alerts: [alert],
  alerts_total: 1,
  alerts_live: 1,
  artifacts: [
    {
      id: 'art_1',
      name: 'triage_report.md',
      content_type: 'text/markdown',
      body_bytes: 9,
      created_at: began,
    },
  ],
  followups: [
    {
      id: 'fup_1',
      incident_id: 'inc_1',
      incident: 'INC-42',
      title: 'raise the pool size',
      owner: 'ben',
      priority: 'P2',
      due_date: '2026-03-02T12:00:00.000Z',
      status: 'open',
      overdue: false,
      links: [{ title: 'ticket', url: 'https://tracker.example/7' }],
      created_by: 'ana',
      created_at: began,
      updated_at: began,
    },
  ],
  updates: [
    {
      id: 'upd_1',
      at: began,
      status: 'identified',
      message: 'We have found the cause.',
      actor: 'ana',
      public: true,
    },
  ],
  related: [
    {
      id: 'inc_0',
      number: 'INC-41',
      title: 'database is slow',
      status: 'closed',
      severity: 'P1',
      relation: 'merged_from',
    },
  ],
  notifications: [message],
};
const shown: IncidentPage = {
  nowMs,
  visitor: 'ana',
  mayWrite: true,
  incident,
  occurrences: 2040,
  report: '# Triage of INC-42',
  next: 'Read how INC-40 ended: it was the same failure.',
  problem: null,
};

/** The page of an incident that differs in some fields. */
function show(part: Partial<IncidentDetails>, rest: Partial<IncidentPage> = {}): string {
  return incidentPage({ ...shown, ...rest, incident: { ...incident, ...part } });
}

test.each([
  ['what', 'checkout is slow'],
  ['where', 'shop / prod'],
  ['its components', 'shop, payments'],
  ['since when', '<time datetime="2026-03-01T11:40:00.000Z" title="2026-03-01T11:40:00.000Z">20m ago</time>'],
  ['that nobody has it', 'Nobody has it, not acknowledged yet'],
  ['how often', '2,040 reports'],
  ['what the alert said last', 'p95 = 1840 ms, limit 500 ms'],
  ['its values', 'p95_ms = <b>1840</b>'],
  ['what to do next', '<p>Next: Read how INC-40 ended: it was the same failure.</p>'],
  ['the triage report', '<pre># Triage of INC-42</pre>'],
  ['its artifacts', 'href="/v1/incidents/INC-42/artifacts/art_1"'],
  ['what is left to do', 'raise the pool size'],
  ['who does it, and by when', '<span>ben</span>'],
  ['what the public was told', 'We have found the cause.'],
  [
    'which incident became part of it',
    '<a class="title" href="/incidents/INC-41">INC-41 database is slow</a>',
  ],
  ['who was told', 'to oncall'],
  ['whether it arrived', 'delivered</span>'],
])('the page says %s', (_name, text) => {
  expect(incidentPage(shown)).toContain(text);
});

test('an incident whose alerts have fallen silent says so while it is open', () => {
  const silent = 'its alerts fell silent';
  expect(show({ candidate_at: began })).toContain(silent);
  expect(show({ candidate_at: began, status: 'closed', closed_at: began })).not.toContain(silent);
});

test('the timeline runs from the oldest to the newest', () => {
  const page = show({
    timeline: [
      { ...event, message: 'newest' },
      { ...event, message: 'oldest' },
    ],
  });
  expect(page.indexOf('oldest')).toBeLessThan(page.indexOf('newest'));
});

test('what still fails stands above what has ended', () => {
  const ended = { ...alert, title: 'it ended', state: 'resolved' as const };
  const page = show({ alerts: [ended, { ...alert, title: 'it fails' }] });
  expect(page.indexOf('it fails')).toBeLessThan(page.indexOf('it ended'));
});

test('nothing that comes from outside reaches the page as HTML', () => {
  const page = show(
    {
      title: nasty,
      service: nasty,
      env: nasty,
      components: [nasty],
      summary: nasty,
      owner: nasty,
      timeline: [{ ...event, message: nasty, actor: nasty }],
      alerts: [
        {
          ...alert,
          title: nasty,
          message: nasty,
          source: nasty,
          kind: nasty,
          metrics: { [nasty]: 1 },
          evidence: {
            links: [
              { title: nasty, url: `https://a.example/${nasty}` },
              { title: 'run', url: 'javascript:alert(1)' },
            ],
          },
        },
      ],
      followups: [
        {
          ...(incident.followups[0] as IncidentDetails['followups'][number]),
          title: nasty,
          owner: nasty,
          links: [
            { title: nasty, url: `https://a.example/${nasty}` },
            { title: 'run', url: 'javascript:alert(1)' },
          ],
        },
      ],
      updates: [
        { ...(incident.updates[0] as IncidentDetails['updates'][number]), message: nasty, actor: nasty },
      ],
      related: [{ ...(incident.related[0] as IncidentDetails['related'][number]), title: nasty }],
      artifacts: [{ id: nasty, name: nasty, content_type: nasty, body_bytes: 1, created_at: began }],
      notifications: [{ ...message, title: nasty, channel: nasty, error: nasty }],
    },
    { visitor: nasty, report: nasty, next: nasty, problem: nasty },
  );
  expect(page).not.toContain('<script');
  expect(page).not.toContain('href="javascript:');
  expect(page).not.toContain(nasty);
});

test.each<[string, Partial<IncidentDetails>, Partial<IncidentPage>, boolean, boolean]>([
  ['open', {}, {}, true, true],
  ['acknowledged', { acknowledged_by: 'ben', acknowledged_at: began }, {}, false, true],
  ['mitigating', { status: 'mitigating' }, {}, true, true],
  ['resolved', { status: 'resolved', resolved_at: began }, {}, false, false],
  ['closed', { status: 'closed', closed_at: began }, {}, false, false],
  ['open, for a role that may only read', {}, { mayWrite: false }, false, false],
])('of an incident that is %s, only possible steps are offered', (_name, part, rest, takes, resolves) => {
  const page = show(part, rest);
  expect(page.includes('/incidents/INC-42/acknowledge')).toBe(takes);
  expect(page.includes('/incidents/INC-42/resolve')).toBe(resolves);
});

test('live alerts are ended only by whoever ticks it', () => {
  const box = 'type="checkbox" name="force" value="true" required';
  expect(show({})).toContain(box);
  expect(show({ alerts_live: 0 })).not.toContain('name="force"');
});

test('what is over says how long it lasted and is not loaded anew', () => {
  const page = show({ status: 'resolved', resolved_at: '2026-03-01T11:45:00.000Z' });
  expect(page).toContain('lasted 5m');
  expect(page).not.toContain('http-equiv="refresh"');
});

test('a message that has not arrived says why, and when it is tried again', () => {
  const next = '2026-03-01T12:00:30.000Z';
  const page = show({
    notifications: [
      { ...message, status: 'pending', sent_at: null, next_attempt_at: next, error: 'HTTP 502' },
    ],
  });
  expect(page).toContain('HTTP 502');
  expect(page).toContain('in 30s');
});

test.each<[string, Partial<IncidentDetails>, string]>([
  [
    'who took it',
    { owner: 'ben', acknowledged_by: 'ben', acknowledged_at: began },
    'ben has it, acknowledged <',
  ],
  [
    'whom it was passed on to',
    { owner: 'ida', acknowledged_by: 'ben', acknowledged_at: began },
    'ida has it, acknowledged by ben <',
  ],
  ['who was given it', { owner: 'ida' }, 'ida has it, not acknowledged yet'],
  ['that nobody had it', { status: 'closed', closed_at: began }, '<b>Nobody has it</b>'],
])('an incident shows %s', (_name, part, words) => {
  expect(show(part)).toContain(words);
});
