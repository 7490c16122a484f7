import { toIso } from '../../core/clock.ts';
import type { Evidence } from '../../core/hand-over.ts';
import type { AlertEventRow, AlertRow } from '../../store/index.ts';
import { redactValue } from '../summary/redact.ts';
import type { ReportedAlert, TriageReport } from './report.ts';
import { clip } from './text.ts';

const longestMessage = 4000;
const longestValue = 500;
const longestSample = 1000;
const mostSamples = 20;
const mostLinks = 10;
const shownAtBeginning = 5;
const shownAtEnd = 15;

/** Answers an alert as reports name it. */
export function reportAlert(alert: AlertRow): ReportedAlert {
  return {
    alert_ref: alert.alert_ref,
    severity: alert.severity,
    title: withoutSecrets(alert.title),
    service: alert.service,
    env: alert.env,
    kind: alert.kind,
    source: alert.source,
    state: alert.ended_at === null ? 'firing' : 'resolved',
    occurrences: alert.occurrences,
    first_seen_at: toIso(alert.first_seen_at),
    last_seen_at: toIso(alert.last_seen_at),
    ended_at: toIso(alert.ended_at),
  };
}

/** Answers the alert that a report is about, with all that it says. */
export function reportOwnAlert(alert: AlertRow, events: readonly AlertEventRow[]): TriageReport['alert'] {
  const history =
    events.length <= shownAtBeginning + shownAtEnd
      ? events
      : [...events.slice(0, shownAtBeginning), ...events.slice(-shownAtEnd)];
  return {
    ...reportAlert(alert),
    message: alert.message === null ? null : clip(withoutSecrets(alert.message), longestMessage),
    labels: clipValues(withoutSecrets(readJson(alert.labels, {}))),
    annotations: clipValues(withoutSecrets(readJson(alert.annotations, {}))),
    metrics: readJson(alert.metrics, {}),
    evidence: clipEvidence(withoutSecrets(readJson<Evidence | null>(alert.evidence, null))),
    history: history.map((event) => ({
      at: toIso(event.at),
      actor: event.actor,
      to: event.to_status,
      reason: event.reason,
      note: event.note === null ? null : clip(event.note, longestValue),
    })),
    history_total: events.length,
  };
}

/** Before anything is cut: half a secret is recognised no more. */
function withoutSecrets<Value>(value: Value): Value {
  return redactValue(value, []) as Value;
}

function clipEvidence(evidence: Evidence | null): Evidence | null {
  if (!evidence) return null;
  const { log_samples, query, links } = evidence;
  return {
    ...(log_samples && {
      log_samples: log_samples.slice(0, mostSamples).map((line) => clip(line, longestSample)),
    }),
    ...(query !== undefined && { query: clip(query, longestMessage) }),
    ...(links && { links: links.slice(0, mostLinks) }),
  };
}

function clipValues(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, clip(value, longestValue)]));
}

function readJson<Value>(text: string | null, absent: Value): Value {
  return text === null ? absent : (JSON.parse(text) as Value);
}
