import { toAlertView } from '../alerts/index.ts';
import { redactText } from '../config/index.ts';
import { toIso } from '../core/clock.ts';
import { componentsOf } from '../core/components.ts';
import { formatDuration } from '../core/duration.ts';
import type { Announcement, RouteFacts } from '../core/hand-over.ts';
import type { AlertRow } from '../store/index.ts';

const longestMessage = 600;

type FactColumns = Pick<
  AlertRow,
  'severity' | 'env' | 'service' | 'kind' | 'component' | 'source' | 'labels' | 'annotations'
>;

/** Answers what routes look at of an alert. */
export function alertFacts(alert: FactColumns): RouteFacts {
  return {
    severity: alert.severity,
    env: alert.env,
    service: alert.service,
    kind: alert.kind,
    components: componentsOf(alert),
    source: alert.source,
    labels: readLabels(alert),
  };
}

/** Answers the labels that an alert came with. */
export function readLabels(alert: Pick<AlertRow, 'labels'>): Record<string, string> {
  return alert.labels === null ? {} : (JSON.parse(alert.labels) as Record<string, string>);
}

/** Answers when its report came in, where this is the first word of it and nothing but our work kept it; nothing where a silence or a failure did. */
export function heardAtOf(alert: AlertRow): { heardAt?: number } {
  const isFirstWord = alert.announced === 0 && alert.attempts === 0 && alert.silenced_by === null;
  return isFirstWord ? { heardAt: alert.created_at } : {};
}

/** Answers the announcement of an alert that opens no incident; another severity is another announcement. */
export function describeFiring(
  alert: AlertRow,
  reason: string,
  onlyRoutes: readonly string[] | null,
): Announcement {
  const lines = [
    describeWhere(alert),
    `Since ${readableTime(alert.started_at)}, ${describeReports(alert)}.`,
    describeMessage(alert),
    `Reported by ${alert.source}.`,
    'Nobody is asked to act: no incident was opened. The link shows what is known of it.',
  ];
  return {
    event: 'alert.firing',
    reason,
    thread: alert.alert_ref,
    isFirst: alert.announced === 0,
    occasion: alert.severity,
    facts: alertFacts(alert),
    title: `${alert.severity} ${alert.title}`,
    text: joinLines(lines),
    incident: null,
    alert: toAlertView(alert),
    onlyRoutes,
    ...heardAtOf(alert),
  };
}

/** Answers the announcement that such an alert is over. */
export function describeHealed(alert: AlertRow): Announcement {
  const lasted = formatDuration(Math.max(0, (alert.ended_at ?? alert.last_seen_at) - alert.started_at));
  const lines = [
    describeWhere(alert),
    `Over since ${readableTime(alert.ended_at ?? alert.last_seen_at)}, after ${lasted} and ${describeReports(alert)}.`,
  ];
  return {
    event: 'alert.resolved',
    reason: 'resolved',
    thread: alert.alert_ref,
    occasion: '1',
    facts: alertFacts(alert),
    title: `Resolved: ${alert.title} (${lasted})`,
    text: joinLines(lines),
    incident: null,
    alert: toAlertView(alert),
    onlyRoutes: null,
  };
}

/** Answers where it hurts: `api in prod, component api`. */
export function describeWhere(alert: Pick<AlertRow, 'service' | 'env' | 'component'>): string {
  const component =
    alert.component !== null && alert.component !== alert.service ? `, component ${alert.component}` : '';
  return `${alert.service} in ${alert.env}${component}.`;
}

/** Answers how often it was reported. */
export function describeReports(alert: Pick<AlertRow, 'occurrences'>): string {
  return alert.occurrences === 1 ? 'reported once' : `reported ${alert.occurrences} times`;
}

/** Answers what the source says, without secrets and on few lines; nothing where it only repeats the title. */
export function describeMessage(alert: Pick<AlertRow, 'message' | 'title'>): string {
  const said = alert.message?.trim() ?? '';
  if (said === '' || said === alert.title) return '';
  const message = redactText(said);
  return message.length > longestMessage ? `${message.slice(0, longestMessage).toWellFormed()}…` : message;
}

/** Answers a time that can be read half asleep: `2026-03-01 12:00:07 UTC`. */
export function readableTime(epochMs: number): string {
  return `${toIso(epochMs).slice(0, 19).replace('T', ' ')} UTC`;
}

/** Joins the lines that say something. */
export function joinLines(lines: readonly string[]): string {
  return lines.filter((line) => line !== '').join('\n');
}
