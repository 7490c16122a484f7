import type { Clock } from '../../src/core/clock.ts';
import { createIds } from '../../src/core/ids.ts';
import { severities } from '../../src/core/severity.ts';
import type { Database } from '../../src/store/index.ts';

const hourMs = 3_600_000;
/** As long as alerts are kept by default. */
const historyMs = 90 * 24 * hourMs;
/** As far back as the dashboard and a claim look by default. */
const recentMs = 4 * hourMs;
/** How many came in that time. */
export const usualRecent = 8000;
const waitingCount = 6000;
const rareCount = 20;
const stormCount = 1000;
const perIncident = 50;
const services = 40;

/** What the few alerts have that a filter is asked for. */
export const rare = {
  service: 'attic',
  env: 'staging',
  source: 'monitor@attic',
  severity: 'P0',
  kind: 'security',
  component: 'attic',
  word: 'needle',
} as const;

/** Rows of everything that so many alerts leave behind. */
export type History = {
  [Table in
    | 'alert'
    | 'alert_event'
    | 'incident'
    | 'incident_signature'
    | 'incident_event']: Database[Table][];
};

/**
 * Makes the story of so many alerts, from the oldest on: the recent came in the last four hours, of which 6,000 wait, and
 * the others over 90 days, acked and ended. 20 are what a filter looks for. The first incident has 1,000 of them, others 50.
 */
export function createHistory(count: number, recentCount: number, nowMs: number) {
  let clockMs = 0;
  const clock: Clock = { now: () => clockMs, wait: () => Promise.resolve() };
  const ids = createIds(clock);
  let incidentId = '';

  const timeOf = (i: number) => {
    const old = count - recentCount;
    if (i >= old) return Math.floor(nowMs - recentMs + ((i - old + 1) / recentCount) * (recentMs - 60_000));
    return Math.floor(nowMs - historyMs + (i / old) * (historyMs - recentMs));
  };

  return function addAlert(history: History, i: number): void {
    clockMs = timeOf(i);
    const place = i < stormCount ? 0 : Math.floor((i - stormCount) / perIncident) + 1;
    const isFirst = i === 0 || (i >= stormCount && (i - stormCount) % perIncident === 0);
    const isRare = i % Math.floor(count / rareCount) === rareCount;
    const isWaiting = i >= count - waitingCount && !isRare;
    const alert = buildAlert(i, ids.ulid(), clockMs, { isRare, isWaiting });
    history.alert.push(alert);
    if (isWaiting) return;
    history.alert_event.push(
      buildEvent(alert, ids.ulid(), 'new'),
      buildEvent(alert, ids.ulid(), 'processing'),
    );
    if (isFirst) {
      incidentId = `inc_${ids.ulid()}`;
      history.incident.push(buildIncident(alert, incidentId, place + 1));
      history.incident_signature.push(buildSignature(alert, incidentId));
    }
    alert.incident_id = incidentId;
    history.incident_event.push(buildLine(alert, incidentId));
  };
}

type AlertRow = Database['alert'];
type Traits = { isRare: boolean; isWaiting: boolean };

function buildAlert(i: number, ulid: string, atMs: number, { isRare, isWaiting }: Traits): AlertRow {
  const rank = isRare ? 0 : 1 + (i % 4);
  const key = i.toString(16).padStart(64, '0').split('').reverse().join('');
  const service = isRare ? rare.service : `service-${i % services}`;
  const title = `latency of /pay is above 500 ms for 5 minutes${isRare ? `, says the ${rare.word}` : ''}`;
  return {
    alert_ref: `alrt_${ulid}`,
    dedupe_key: key,
    fingerprint: `${service}:latency:latency of /pay is above ms for minutes`,
    signature: key,
    service,
    env: isRare ? rare.env : 'prod',
    kind: isRare ? rare.kind : 'latency',
    severity: severities[rank] ?? 'P2',
    severity_rank: rank,
    title,
    message: 'p95 over the last 5 minutes is 812 ms, and 500 ms are allowed',
    source: isRare ? rare.source : `monitor@node${i % 4}`,
    status: statusOf({ isRare, isWaiting }),
    occurrences: 1 + (i % 7),
    first_seen_at: atMs,
    last_seen_at: atMs,
    started_at: atMs,
    ends_at: null,
    ended_at: isWaiting || isRare ? null : atMs + 30_000,
    dedupe_ttl_ms: 1_800_000,
    labels: '{"alertname":"HighLatency","job":"checkout","instance":"10.0.0.1:9090"}',
    annotations: '{"runbook":"https://runbooks.example.org/latency"}',
    metrics: '{"latency_p95_ms":812}',
    evidence: null,
    component: isRare ? rare.component : null,
    owner: null,
    lease_token: null,
    processing_lock_until: null,
    attempts: 0,
    retry_at: null,
    last_error: null,
    rose_since_claim: 0,
    announced: isWaiting ? 0 : 1,
    incident_id: null,
    silenced_by: null,
    request_id: null,
    created_at: atMs,
    updated_at: atMs,
  };
}

function statusOf({ isRare, isWaiting }: Traits): AlertRow['status'] {
  if (isRare) return 'dead';
  return isWaiting ? 'new' : 'acked';
}

function buildEvent(alert: AlertRow, ulid: string, from: 'new' | 'processing'): Database['alert_event'] {
  return {
    alert_ref: alert.alert_ref,
    event_id: ulid,
    at: alert.created_at + (from === 'new' ? 20 : 60),
    actor: 'supervisor',
    from_status: from,
    to_status: from === 'new' ? 'processing' : 'acked',
    reason: from === 'new' ? 'claimed' : 'incident_opened',
    note: null,
    request_id: null,
  };
}

function buildIncident(alert: AlertRow, incidentId: string, number: number): Database['incident'] {
  return {
    incident_id: incidentId,
    number,
    title: alert.title,
    service: alert.service,
    env: alert.env,
    severity: alert.severity,
    severity_cap: null,
    status: 'resolved',
    signature: alert.signature,
    components: '[]',
    summary: null,
    owner: null,
    started_at: alert.created_at,
    last_alert_at: alert.created_at,
    resolved_at: alert.created_at + 60_000,
    closed_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    superseded_by: null,
    created_at: alert.created_at,
    updated_at: alert.created_at,
    severity_set_at: null,
    candidate_at: null,
    reopened_at: null,
    climbed_ms: 0,
  };
}

function buildSignature(alert: AlertRow, incidentId: string): Database['incident_signature'] {
  const { signature, env, created_at } = alert;
  return { signature, env, incident_id: incidentId, created_at, ended_at: created_at + 60_000 };
}

function buildLine(alert: AlertRow, incidentId: string): Database['incident_event'] {
  return {
    incident_id: incidentId,
    event_id: alert.alert_ref,
    at: alert.created_at,
    last_at: alert.created_at,
    occurrences: 1,
    type: 'alert',
    actor: 'supervisor',
    message: `joined: ${alert.title}`,
    meta: null,
  };
}
