import { toIso } from '../../core/clock.ts';
import type { Evidence } from '../../core/hand-over.ts';
import type { Severity } from '../../core/severity.ts';
import type { AlertEventRow, AlertRow, IncidentRow } from '../../store/index.ts';
import { formatNumber } from '../view.ts';

/** How far around its alert a triage looks for others. */
export const aroundMs = 15 * 60_000;

/** What was found out for a triage. */
export type TriageFacts = {
  incident: IncidentRow;
  alert: AlertRow;
  events: readonly AlertEventRow[];
  /** Earlier incidents of the same signature and env, newest first. */
  before: readonly IncidentRow[];
  counts: { alerts60m: number; triages24h: number };
  /** Alerts made within a quarter of an hour of this one; `total` counts those that are not shown, too. */
  around: { rows: readonly AlertRow[]; total: number };
  /** The other alerts of the incident; of many, the first ones. */
  siblings: { rows: readonly AlertRow[]; total: number };
};

export type ReportedAlert = {
  alert_ref: string;
  severity: Severity;
  title: string;
  service: string;
  env: string;
  kind: string;
  source: string;
  state: 'firing' | 'resolved';
  occurrences: number;
  first_seen_at: string;
  last_seen_at: string;
  ended_at: string | null;
};

/** A triage report, as `triage_report.json` holds it. */
export type TriageReport = {
  made_at: string;
  incident: {
    id: string;
    number: string;
    title: string;
    service: string;
    env: string;
    severity: Severity;
    status: string;
    started_at: string;
    components: string[];
  };
  alert: ReportedAlert & {
    message: string | null;
    labels: Record<string, string>;
    annotations: Record<string, string>;
    metrics: Record<string, number>;
    evidence: Evidence | null;
    history: { at: string; actor: string; to: string; reason: string; note: string | null }[];
  };
  signature: {
    signature: string;
    alerts_60m: number;
    triages_24h: number;
    before: {
      number: string;
      title: string;
      started_at: string;
      resolved_at: string | null;
      ended_as: string;
    }[];
  };
  around: { total: number; alerts: ReportedAlert[] };
  incident_alerts: { total: number; alerts: ReportedAlert[] };
  next_safe_action: string;
};

/** Makes the report of the facts: the same facts, the same report. */
export function makeTriageReport(facts: TriageFacts, nowMs: number): TriageReport {
  const { incident, alert } = facts;
  return {
    made_at: toIso(nowMs),
    incident: {
      id: incident.incident_id,
      number: formatNumber(incident.number),
      title: incident.title,
      service: incident.service,
      env: incident.env,
      severity: incident.severity,
      status: incident.status,
      started_at: toIso(incident.started_at),
      components: readJson<string[]>(incident.components, []),
    },
    alert: {
      ...reportAlert(alert),
      message: alert.message,
      labels: readJson(alert.labels, {}),
      annotations: readJson(alert.annotations, {}),
      metrics: readJson(alert.metrics, {}),
      evidence: readJson<Evidence | null>(alert.evidence, null),
      history: facts.events.map((event) => ({
        at: toIso(event.at),
        actor: event.actor,
        to: event.to_status,
        reason: event.reason,
        note: event.note,
      })),
    },
    signature: {
      signature: alert.signature,
      alerts_60m: facts.counts.alerts60m,
      triages_24h: facts.counts.triages24h,
      before: facts.before.map(reportBefore),
    },
    around: { total: facts.around.total, alerts: facts.around.rows.map(reportAlert) },
    incident_alerts: { total: facts.siblings.total, alerts: facts.siblings.rows.map(reportAlert) },
    next_safe_action: chooseNextAction(facts),
  };
}

function reportAlert(alert: AlertRow): ReportedAlert {
  return {
    alert_ref: alert.alert_ref,
    severity: alert.severity,
    title: alert.title,
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

function reportBefore(incident: IncidentRow) {
  return {
    number: formatNumber(incident.number),
    title: incident.title,
    started_at: toIso(incident.started_at),
    resolved_at: toIso(incident.resolved_at),
    ended_as: incident.superseded_by === null ? incident.status : 'superseded',
  };
}

/** Only what changes nothing is called safe. */
function chooseNextAction({ alert, before, around }: TriageFacts): string {
  const [last] = before;
  if (alert.ended_at !== null)
    return 'Wait: the alert has ended by itself. Read its history before you change anything.';
  if (last) return `Read how ${formatNumber(last.number)} ended: it was the same failure.`;
  if (around.total > 0)
    return 'Look at the other alerts of the same quarter of an hour first: one of them may be the cause.';
  return 'Look at the service itself and its log since the first report; change nothing yet.';
}

function readJson<Value>(text: string | null, absent: Value): Value {
  return text === null ? absent : (JSON.parse(text) as Value);
}
