import { redactText } from '../../config/index.ts';
import { toIso } from '../../core/clock.ts';
import type { AlertRow, IncidentRow } from '../../store/index.ts';
import { formatNumber, readComponents } from '../view.ts';
import { type ChosenRunbook, chooseRunbooks } from './choose-runbooks.ts';
import { decideNextAction } from './decide.ts';
import type { ComponentFacts, PastIncident, TriageFacts } from './facts.ts';
import type { ReportedAlert, ReportedComponent, TriageReport } from './report.ts';
import { reportAlert, reportOwnAlert } from './report-alert.ts';
import { foldChanges, reportChange } from './report-changes.ts';
import { reportRun } from './report-runs.ts';
import { reportSlo } from './report-slos.ts';
import { clip } from './text.ts';

const shownRunbookLength = 6000;
const shownTextLength = 500;

/** Makes the report of the facts: the same facts, the same report. */
export function makeTriageReport(facts: TriageFacts, nowMs: number): TriageReport {
  const { alert, lastDeployment } = facts;
  const chosen = chooseRunbooks(facts.runbooks, { ...alert, labels: readLabels(alert) });
  const next = decideNextAction({
    alert: { ...alert, startedAt: alert.started_at, endedAt: alert.ended_at },
    components: facts.components,
    runbooks: chosen,
    changes: facts.changes,
    before: facts.before,
    alertsAround: facts.around.total,
  });
  return {
    made_at: toIso(nowMs),
    incident: reportIncident(facts.incident),
    generated: null,
    next_safe_action: next.action,
    next_safe_action_reason: next.reason,
    alert: reportOwnAlert(alert, facts.events),
    changes: foldChanges(facts.changes),
    last_deployment: lastDeployment && reportChange(lastDeployment),
    components: facts.components.map(reportComponent),
    failed_runs: facts.failedRuns.map(reportRun),
    slos: facts.slos.map(reportSlo),
    runbooks: chosen.map(reportRunbook),
    signature: reportSignature(facts),
    around: reportMany(facts.around),
    incident_alerts: reportMany(facts.siblings),
  };
}

function reportIncident(incident: IncidentRow): TriageReport['incident'] {
  return {
    id: incident.incident_id,
    number: formatNumber(incident.number),
    title: redactText(incident.title),
    service: incident.service,
    env: incident.env,
    severity: incident.severity,
    status: incident.status,
    started_at: toIso(incident.started_at),
    components: readComponents(incident),
  };
}

function reportSignature({ alert, counts, before }: TriageFacts): TriageReport['signature'] {
  return {
    signature: alert.signature,
    alerts_60m: counts.alerts60m,
    triages_24h: counts.triages24h,
    before: before.map(reportBefore),
  };
}

function reportRunbook({ runbook, because }: ChosenRunbook): TriageReport['runbooks'][number] {
  const { file, title, body } = runbook;
  return { file, title, because, text: clip(body, shownRunbookLength) };
}

function reportMany({ rows, total }: { rows: readonly AlertRow[]; total: number }): {
  total: number;
  alerts: ReportedAlert[];
} {
  return { total, alerts: rows.map(reportAlert) };
}

function readLabels({ labels }: AlertRow): Record<string, string> {
  return labels === null ? {} : (JSON.parse(labels) as Record<string, string>);
}

function reportComponent(component: ComponentFacts): ReportedComponent {
  const { since, checkedAt, failed, ...rest } = component;
  return {
    ...rest,
    since: toIso(since),
    checked_at: toIso(checkedAt),
    failed_checks: failed.map((check) => ({
      check: check.check,
      status: check.status,
      detail: check.detail === null ? null : clip(check.detail, shownTextLength),
      since: toIso(check.since),
      checked_at: toIso(check.checkedAt),
      consecutive_failures: check.consecutiveFailures,
      last_good_at: toIso(check.lastGoodAt),
    })),
  };
}

function reportBefore({ incident, ending }: PastIncident): TriageReport['signature']['before'][number] {
  return {
    number: formatNumber(incident.number),
    title: redactText(incident.title),
    started_at: toIso(incident.started_at),
    resolved_at: toIso(incident.resolved_at),
    ended_as: incident.superseded_by === null ? incident.status : 'superseded',
    ended_by: ending?.actor ?? null,
    ending: ending && clip(ending.message, shownTextLength),
  };
}
