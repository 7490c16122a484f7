import type { TriageFacts } from '../src/incidents/index.ts';
import type { AlertEventRow, AlertRow, DeploymentRow, IncidentRow, RunRow } from '../src/store/index.ts';

export const began = Date.parse('2026-03-01T12:00:00Z');
const minuteMs = 60_000;

const incident = {
  incident_id: 'inc_1',
  number: 7,
  title: 'api is down',
  service: 'api',
  env: 'prod',
  severity: 'P1',
  status: 'open',
  components: '["api"]',
  started_at: began,
  resolved_at: null,
  superseded_by: null,
} as IncidentRow;

export const alert = {
  alert_ref: 'alrt_01J',
  signature: 'abc',
  service: 'api',
  env: 'prod',
  kind: 'availability',
  severity: 'P1',
  title: 'api is down',
  message: 'connection refused: 10.0.0.7:5432',
  source: 'monitor@node1',
  occurrences: 3,
  first_seen_at: began,
  last_seen_at: began + 9 * minuteMs,
  started_at: began,
  created_at: began,
  ended_at: null,
  labels: '{"node":"a"}',
  annotations: null,
  metrics: '{"latency_p95_ms":1200}',
  evidence: null,
} as AlertRow;

/** Nothing is known but the alert itself. */
export const bareFacts: TriageFacts = {
  incident,
  alert,
  events: [],
  before: [],
  counts: { alerts60m: 3, triages24h: 1 },
  around: { rows: [], total: 0 },
  siblings: { rows: [], total: 0 },
  components: [],
  changes: [],
  lastDeployment: null,
  failedRuns: [],
  slos: [],
  runbooks: [],
};

/** Answers a deployment so many minutes before the alert. */
export function deploymentBefore(minutes: number, change: Partial<DeploymentRow> = {}): DeploymentRow {
  return {
    deployment_id: `dep_${minutes}`,
    given_id: null,
    kind: 'deployment',
    service: 'api',
    env: 'prod',
    version: '1.4.2',
    at: began - minutes * minuteMs,
    deployed_by: 'ci',
    link: 'https://ci.example.com/42',
    notes: 'Use the new pool',
    created_at: began,
    ...change,
  };
}

/** Something is known from every source. */
export const fullFacts: TriageFacts = {
  ...bareFacts,
  alert: {
    ...alert,
    annotations: '{"summary":"5 of 5 probes fail"}',
    evidence: JSON.stringify({
      query: 'sum(rate(errors[5m]))',
      log_samples: ['FATAL: too many connections', 'retrying in 1s'],
      links: [{ title: 'Dashboard', url: 'https://grafana.example.com/d/1' }],
    }),
  },
  events: [
    { at: began, actor: 'monitor@node1', to_status: 'new', reason: 'first', note: null },
    {
      at: began + 200,
      actor: 'tocsin:supervisor',
      to_status: 'acked',
      reason: 'incident_opened',
      note: 'INC-7',
    },
  ] as AlertEventRow[],
  before: [
    {
      incident: {
        ...incident,
        incident_id: 'inc_0',
        number: 5,
        status: 'closed',
        started_at: began - 120 * minuteMs,
        resolved_at: began - 60 * minuteMs,
      },
      ending: { actor: 'mara', message: 'closed by hand: restarted the pool' },
    },
  ],
  around: {
    rows: [{ ...alert, alert_ref: 'alrt_02', title: 'db has no free connections', service: 'db' }],
    total: 12,
  },
  siblings: { rows: [{ ...alert, alert_ref: 'alrt_03', title: 'checkout fails', occurrences: 1 }], total: 1 },
  components: [
    {
      id: 'api',
      name: 'Public API',
      relation: 'affected',
      status: 'down',
      reason: 'connection_refused',
      since: began,
      checkedAt: began + 9 * minuteMs,
      failed: [
        {
          check: 'front',
          status: 'down',
          detail: 'connect ECONNREFUSED 10.0.0.7:443',
          since: began,
          checkedAt: began + 9 * minuteMs,
          consecutiveFailures: 54,
          lastGoodAt: began - 10_000,
        },
      ],
    },
    {
      id: 'postgres',
      name: 'Database',
      relation: 'upstream',
      status: 'ok',
      reason: null,
      since: began - 600 * minuteMs,
      checkedAt: began + 9 * minuteMs,
      failed: [],
    },
  ],
  changes: [
    deploymentBefore(-3, { version: '1.4.1', notes: 'Back to the old pool', link: null }),
    deploymentBefore(12),
    deploymentBefore(30, {
      kind: 'config_reload',
      service: 'tocsin',
      version: '0a1b2c3d4e5f',
      deployed_by: 'tocsin:config',
      notes: 'changed: routes',
      link: null,
    }),
  ],
  lastDeployment: deploymentBefore(12),
  failedRuns: [
    {
      run_id: 'run_02',
      parent_run_id: 'run_01',
      profile: 'edge',
      task: 'pool',
      status: 'failed',
      finished_at: began - 2 * minuteMs,
      exit_code: 3,
      error: null,
      tail: 'checking the pool\nno free connection',
    } as RunRow,
    {
      run_id: 'run_00',
      parent_run_id: null,
      profile: 'nightly',
      task: null,
      status: 'timed_out',
      finished_at: began - 300 * minuteMs,
      exit_code: null,
      error: 'the time of the profile was over',
      tail: null,
    } as RunRow,
  ],
  slos: [
    {
      name: 'alert_loop',
      windowMs: 240 * minuteMs,
      figures: [
        { name: 'claim_to_ack_p95_seconds', value: 75.4321, limit: 60, violated: true },
        { name: 'failed_rate_pct', value: 0, limit: 5, violated: false },
        { name: 'processing_stuck_count', value: null, limit: 0, violated: false },
      ],
    },
  ],
  runbooks: [
    {
      file: 'runbooks/api.md',
      title: 'The API does not answer',
      service: ['api'],
      kind: null,
      labels: {},
      body: '# The API does not answer\n\n1. Is the database full? `select count(*) from pg_stat_activity`\n\n```sh\n# not a heading\nss -tlnp\n',
    },
    {
      file: 'runbooks/any.md',
      title: 'Any outage',
      service: null,
      kind: ['availability'],
      labels: {},
      body: '',
    },
  ],
};
