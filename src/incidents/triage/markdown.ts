import { formatDuration } from '../../core/duration.ts';
import { renderAlerts, renderHistory, renderOwnAlert } from './markdown-alert.ts';
import { renderBefore, renderChanges, renderHealth, renderRunbooks } from './markdown-context.ts';
import type { TriageReport } from './report.ts';
import { renderRuns } from './report-runs.ts';
import { renderSlos } from './report-slos.ts';
import { joinLines, plain, when } from './text.ts';

type Section = { title: string; body: string };

/** Answers the report as Markdown for people; text from outside stays text, and what nothing is known of is left out. */
export function renderTriageMarkdown(report: TriageReport): string {
  const { incident, around, incident_alerts: siblings } = report;
  const sections: Section[] = [
    { title: 'Next safe action', body: plain(report.next_safe_action, 2000) },
    { title: 'Generated summary', body: renderGenerated(report) },
    { title: 'The alert', body: renderOwnAlert(report) },
    { title: 'What changed before', body: renderChanges(report) },
    { title: 'Health', body: renderHealth(report) },
    { title: 'Failed runs', body: renderRuns(report) },
    { title: 'SLO state', body: renderSlos(report) },
    { title: 'Runbook', body: renderRunbooks(report) },
    { title: 'The same failure before', body: renderBefore(report) },
    { title: 'Other alerts within 15 minutes', body: renderAlerts(around) },
    { title: 'Other alerts of this incident', body: renderAlerts(siblings) },
    { title: 'How the alert went', body: renderHistory(report) },
  ];
  const blocks = sections.flatMap(({ title, body }) => (body === '' ? [] : [`## ${title}`, body]));
  return `${[`# Triage of ${incident.number}: ${plain(incident.title)}`, renderHead(report), ...blocks].join('\n\n')}\n`;
}

function renderGenerated({ generated }: TriageReport): string {
  if (!generated) return '';
  return [
    `Risk **${generated.risk}**: ${plain(generated.summary, 2000)}`,
    `Written by the model ${plain(generated.model)} from the facts below; it may be wrong.`,
  ].join('\n\n');
}

function renderHead({ incident, made_at: madeAt }: TriageReport): string {
  const lastedMs = Date.parse(madeAt) - Date.parse(incident.started_at);
  const lasted = lastedMs < 1000 ? 'just' : formatDuration(lastedMs);
  return joinLines([
    `- **${incident.severity}**, ${incident.status}, ${plain(incident.service)} in ${plain(incident.env)}`,
    `- Began ${when(incident.started_at)}, ${lasted} before this report of ${when(madeAt)}`,
    incident.components.length > 0
      ? `- Components: ${incident.components.map((id) => plain(id)).join(', ')}`
      : '',
  ]);
}
