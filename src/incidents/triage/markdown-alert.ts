import type { ReportedAlert, TriageReport } from './report.ts';
import { sayStep } from './say-step.ts';
import { clip, fence, joinLines, plain, when } from './text.ts';

const mostEntries = 20;
const shownMessageLength = 2000;
const mostSamples = 10;
const shownSampleLength = 400;

/** Answers what the alert says of itself. */
export function renderOwnAlert({ alert }: TriageReport): string {
  const evidence = alert.evidence ?? {};
  const samples = (evidence.log_samples ?? []).slice(0, mostSamples);
  const blocks = [
    joinLines([
      `- ${alert.severity} ${plain(alert.title)} (\`${alert.alert_ref}\`, ${alert.state})`,
      `- Kind ${plain(alert.kind)}, reported ${timesOf(alert.occurrences)} by ${plain(alert.source)}`,
      `- First ${when(alert.first_seen_at)}, last ${when(alert.last_seen_at)}${alert.ended_at ? `, ended ${when(alert.ended_at)}` : ''}`,
      ...someOf(Object.entries(alert.metrics), ([name, value]) => `- ${plain(name)} = ${value}`),
      ...someOf(Object.entries(alert.labels), ([name, value]) => `- Label ${plain(name)}: ${plain(value)}`),
      ...someOf(
        Object.entries(alert.annotations),
        ([name, value]) => `- Note ${plain(name)}: ${plain(value)}`,
      ),
      evidence.query ? `- Query: ${plain(evidence.query, 1000)}` : '',
      ...(evidence.links ?? []).map((link) => `- ${plain(link.title)}: ${plain(link.url, 2000)}`),
    ]),
    alert.message ? fence(clip(alert.message, shownMessageLength)) : '',
    samples.length > 0 ? fence(samples.map((line) => clip(line, shownSampleLength)).join('\n')) : '',
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** Answers how the alert came to where it is. */
export function renderHistory({ alert }: TriageReport): string {
  const { history, history_total: total } = alert;
  const lines = history.map(
    (event) =>
      `- ${when(event.at)} ${plain(event.actor)}: ${plain(sayStep(event.reason))}${event.note ? ` (${plain(event.note)})` : ''}; it is ${event.to}`,
  );
  return joinLines([
    ...lines,
    total > history.length ? `- Of ${total} steps the first and the last are shown.` : '',
  ]);
}

/** Answers a table of alerts; nothing for none. */
export function renderAlerts({ total, alerts }: { total: number; alerts: readonly ReportedAlert[] }): string {
  if (total === 0) return '';
  const rows = alerts.map(
    (alert) =>
      `| ${alert.severity} | ${plain(alert.title, 120)} | ${plain(alert.service)} in ${plain(alert.env)} | ${alert.occurrences} | ${when(alert.first_seen_at)} | ${alert.state} |`,
  );
  const head = [
    '| Severity | Title | Where | Times | First | State |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  const more = total > alerts.length ? `\n\nAnd ${total - alerts.length} more.` : '';
  return [...head, ...rows].join('\n') + more;
}

function timesOf(occurrences: number): string {
  return occurrences === 1 ? 'once' : `${occurrences} times`;
}

function someOf<Entry>(entries: readonly Entry[], show: (entry: Entry) => string): string[] {
  const more = entries.length - mostEntries;
  return [
    ...entries.slice(0, mostEntries).map(show),
    ...(more > 0 ? [`- And ${more} more, in the JSON.`] : []),
  ];
}
