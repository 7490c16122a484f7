import { toAlertView } from '../alerts/index.ts';
import { redactText } from '../config/index.ts';
import { toIso } from '../core/clock.ts';
import { formatDuration } from '../core/duration.ts';
import type { Announcement, MessageEvent, MessageIncident, RouteFacts } from '../core/hand-over.ts';
import { type Bridged, formatNumber, isLive, readComponents } from '../incidents/index.ts';
import type { AlertRow, IncidentRow } from '../store/index.ts';
import {
  alertFacts,
  describeMessage,
  describeReports,
  describeWhere,
  heardAtOf,
  joinLines,
  readableTime,
} from './announce-alert.ts';

/** Additions to one incident are told at most once in so long: a storm is one message, not ten thousand. */
const additionsIntervalMs = 5 * 60_000;

/** Answers what a bridged alert makes people hear of: nothing for a repeat. */
export function describeBridged(
  bridged: Bridged,
  onlyRoutes: readonly string[] | null,
  nowMs: number,
): Announcement[] {
  const { alert, incident, superseded } = bridged;
  const about = { incident, alert, onlyRoutes, reason: bridged.reason };
  switch (bridged.action) {
    case 'create':
      return [describeOpened(about)];
    case 'supersede':
      return [
        ...(superseded ? [describeResolved(superseded, nowMs, 'superseded')] : []),
        describeOpened(about),
      ];
    case 'reopen':
      return [
        tell('incident.updated', about, {
          occasion: `reopened:${nowMs}`,
          title: `Reopened: ${incident.severity} ${incident.title}`,
          lead: `${formatNumber(incident.number)} is open again.`,
        }),
      ];
    case 'storm-join':
    case 'join':
      return describeJoined(bridged, about, nowMs);
  }
}

/** What an announcement about an incident is made from. */
export type About = {
  incident: IncidentRow;
  alert: AlertRow | null;
  onlyRoutes: readonly string[] | null;
  reason: string;
};

function describeJoined(bridged: Bridged, about: About, nowMs: number): Announcement[] {
  const { incident, alert } = about;
  const number = formatNumber(incident.number);
  if (bridged.severityRose) {
    return [
      tell(
        'incident.escalated',
        { ...about, reason: 'severity_raised' },
        {
          occasion: `severity:${incident.severity}:${nowMs}`,
          title: `Now ${incident.severity}: ${incident.title}`,
          lead: `${number} became more severe by: ${alert?.title ?? incident.title}.`,
        },
      ),
    ];
  }
  if (bridged.action === 'join') return [];
  const interval = Math.floor((nowMs - incident.created_at) / additionsIntervalMs);
  return [
    tell('incident.updated', about, {
      occasion: `grew:${interval}`,
      title: `${incident.severity} ${incident.title}: more of ${incident.service} fails`,
      lead: `${number} grows: ${alert?.title ?? 'another alert'}. Further ones of the next minutes are in its timeline.`,
    }),
  ];
}

/** Answers the announcement of a new incident; the same for one that a person opens, which has no alert. */
export function describeOpened(about: About): Announcement {
  const { incident } = about;
  const words = {
    occasion: '1',
    title: `${incident.severity} ${incident.title}`,
    lead: `${formatNumber(incident.number)} was opened.`,
  };
  return { ...tell('incident.opened', about, words), isFirst: true };
}

/** Answers the announcement that an incident is over; `endedAtMs` is when the trouble itself ended. */
export function describeResolved(incident: IncidentRow, endedAtMs: number, reason: string): Announcement {
  const lasted = formatDuration(Math.max(0, endedAtMs - incident.started_at));
  const about = { incident, alert: null, onlyRoutes: null, reason };
  return {
    ...tell('incident.resolved', about, {
      occasion: String(incident.resolved_at ?? endedAtMs),
      title: `Resolved: ${incident.title} (${lasted})`,
      lead: '',
    }),
    text: joinLines([
      `${formatNumber(incident.number)}: ${describeWhere({ ...incident, component: null })}`,
      `From ${readableTime(incident.started_at)} to ${readableTime(endedAtMs)}.`,
      resolvedBecause(reason),
    ]),
  };
}

function resolvedBecause(reason: string): string {
  switch (reason) {
    case 'all_ended':
      return 'All its alerts have ended. Nothing needs to be done.';
    case 'superseded':
      return 'The same failure came again much later and is a new incident now.';
    case 'silent':
      return 'Nothing was heard of it any more, so it was closed. Nobody has said that it is over.';
    case 'merged':
      return 'A person made it part of another one.';
    default:
      return 'A person ended it.';
  }
}

/** Answers an announcement about an incident, with all that a person needs at night. */
export function tell(
  event: MessageEvent,
  about: About,
  words: { occasion: string; title: string; lead: string; next?: string },
): Announcement {
  const { incident, alert, onlyRoutes, reason } = about;
  return {
    event,
    reason,
    thread: incident.incident_id,
    occasion: words.occasion,
    facts: incidentFacts(incident, alert),
    title: words.title,
    text: joinLines([
      words.lead,
      describeWhere({ ...incident, component: alert?.component ?? null }),
      `Since ${readableTime(incident.started_at)}${alert ? `, ${describeReports(alert)} by ${alert.source}` : ''}.`,
      alert ? describeMessage(alert) : (incident.summary ?? ''),
      whoIsOnIt(incident),
      words.next ??
        'Next: open the link. It shows what is known and lets you acknowledge; looking changes nothing.',
    ]),
    incident: toMessageIncident(incident),
    // Its row may be from before it became part of the incident, which this transaction writes too.
    alert: alert ? { ...toAlertView(alert), incident_id: incident.incident_id } : null,
    onlyRoutes,
    ...(isLive(incident) && incident.acknowledged_by === null ? { isUnclaimed: true } : {}),
    ...(alert ? heardAtOf(alert) : {}),
  };
}

/** Who was given it goes before who acknowledged it: that may have been passed on. */
function whoIsOnIt({ acknowledged_by: taker, owner }: IncidentRow): string {
  if (taker === null)
    return owner === null
      ? 'Nobody has acknowledged it yet.'
      : `${owner} has it, and has not acknowledged it yet.`;
  if (owner === null) return `Nobody is on it any more; ${taker} had acknowledged it.`;
  return owner === taker ? `${owner} is on it.` : `${owner} is on it; ${taker} had acknowledged it.`;
}

/** The incident's own severity and components decide the routes, the rest is that of the alert. */
function incidentFacts(incident: IncidentRow, alert: AlertRow | null): RouteFacts {
  const { severity, env, service } = incident;
  const components = readComponents(incident);
  if (alert) return { ...alertFacts(alert), severity, components };
  return { severity, env, service, kind: 'custom', components, source: 'tocsin', labels: {} };
}

function toMessageIncident(incident: IncidentRow): MessageIncident {
  return {
    id: incident.incident_id,
    number: formatNumber(incident.number),
    status: incident.status,
    severity: incident.severity,
    service: incident.service,
    env: incident.env,
    title: redactText(incident.title),
    started_at: toIso(incident.started_at),
    resolved_at: toIso(incident.resolved_at),
    components: readComponents(incident),
  };
}
