import { formatDuration } from '../../core/duration.ts';
import type { ReportedAlert, TriageReport } from './report.ts';

const mostSamples = 20;

/** Answers the report as Markdown for people; text from outside stays text. */
export function renderTriageMarkdown(report: TriageReport): string {
  const { incident } = report;
  const sections = [
    `# Triage of ${incident.number}: ${plain(incident.title)}`,
    [
      `- Severity: ${incident.severity}`,
      `- Where: ${plain(incident.service)} in ${plain(incident.env)}`,
      incident.components.length > 0 ? `- Components: ${incident.components.map(plain).join(', ')}` : '',
      `- Since: ${incident.started_at}`,
      `- Report made: ${report.made_at}`,
    ],
    '## Next safe action',
    plain(report.next_safe_action),
    ...renderAlert(report),
    '## The same failure before',
    renderBefore(report),
    '## Other alerts within 15 minutes',
    renderAlerts(report.around),
    '## Other alerts of this incident',
    renderAlerts(report.incident_alerts),
  ];
  const blocks = sections.map((part) => (typeof part === 'string' ? part : joinLines(part)));
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function renderAlert({ alert }: TriageReport): string[] {
  const evidence = alert.evidence ?? {};
  return [
    '## The alert',
    joinLines([
      `- ${alert.severity} ${plain(alert.title)} (${alert.alert_ref}, ${alert.state})`,
      `- Kind ${plain(alert.kind)}, reported ${alert.occurrences} times by ${plain(alert.source)}`,
      `- First ${alert.first_seen_at}, last ${alert.last_seen_at}${alert.ended_at ? `, ended ${alert.ended_at}` : ''}`,
      ...Object.entries(alert.labels).map(([name, value]) => `- Label ${plain(name)}: ${plain(value)}`),
      ...Object.entries(alert.metrics).map(([name, value]) => `- ${plain(name)} = ${value}`),
      evidence.query ? `- Query: ${plain(evidence.query)}` : '',
      ...(evidence.links ?? []).map((link) => `- ${plain(link.title)}: ${plain(link.url)}`),
    ]),
    alert.message ? fence(alert.message) : '',
    evidence.log_samples?.length ? fence(evidence.log_samples.slice(0, mostSamples).join('\n')) : '',
    '### How it went',
    joinLines(
      alert.history.map(
        (event) =>
          `- ${event.at} ${plain(event.actor)}: ${event.to}, ${plain(event.reason)}${event.note ? ` (${plain(event.note)})` : ''}`,
      ),
    ),
  ];
}

function renderBefore({ signature }: TriageReport): string {
  const { before, alerts_60m, triages_24h } = signature;
  const lines = before.map((incident) => {
    const lasted = incident.resolved_at
      ? `lasted ${formatDuration(Date.parse(incident.resolved_at) - Date.parse(incident.started_at))}, ${incident.ended_as}`
      : incident.ended_as;
    return `- ${incident.number} ${plain(incident.title)}: began ${incident.started_at}, ${lasted}`;
  });
  return joinLines([
    ...(lines.length > 0 ? lines : ['- No incident before this one.']),
    `- Alerts that came to incidents in the last hour, repeats not counted: ${alerts_60m}; triages in the last day: ${triages_24h}`,
  ]);
}

function renderAlerts({ total, alerts }: { total: number; alerts: readonly ReportedAlert[] }): string {
  if (total === 0) return 'None.';
  const rows = alerts.map(
    (alert) =>
      `| ${alert.severity} | ${plain(alert.title)} | ${plain(alert.service)} in ${plain(alert.env)} | ${alert.occurrences} | ${alert.first_seen_at} | ${alert.state} |`,
  );
  const head = [
    '| Severity | Title | Where | Times | First | State |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  const more = total > alerts.length ? `\n\nAnd ${total - alerts.length} more.` : '';
  return [...head, ...rows].join('\n') + more;
}

/** One line in which Markdown sees nothing of its own. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_{}[\]<>|#~&]/g, '\\$&');
}

/** A block whose fence is longer than any run of backticks in it. */
function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = '`'.repeat(longest + 1);
  return `${marks}text\n${text}\n${marks}`;
}

function joinLines(lines: readonly string[]): string {
  return lines.filter((line) => line !== '').join('\n');
}
