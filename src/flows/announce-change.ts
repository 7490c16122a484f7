import { formatDuration } from '../core/duration.ts';
import type { Announcement } from '../core/hand-over.ts';
import { formatNumber, type MergedIncidents } from '../incidents/index.ts';
import { type About, describeResolved, tell } from './announce-incident.ts';

/** Answers the announcement of an incident that became more severe, whoever made it so. */
export function describeEscalated(about: About, lead: string, nowMs: number): Announcement {
  const { incident } = about;
  return tell('incident.escalated', about, {
    occasion: `severity:${incident.severity}:${nowMs}`,
    title: `Now ${incident.severity}: ${incident.title}`,
    lead: `${formatNumber(incident.number)}: ${lead}`,
  });
}

/** Answers the announcement that an incident goes on as part of another. */
export function describeMergedInto({ source, target }: MergedIncidents, nowMs: number): Announcement {
  const resolved = describeResolved(source, nowMs, 'merged');
  const lasted = formatDuration(Math.max(0, nowMs - source.started_at));
  return {
    ...resolved,
    title: `Merged into ${formatNumber(target.number)}: ${source.title} (${lasted})`,
    text: `${resolved.text}\nIt goes on as ${formatNumber(target.number)}: ${target.title}.`,
  };
}

/** Answers the announcement that an incident grew by another, which those hear too who heard of that one alone. */
export function describeTakenIn({ source, target, severityRose }: MergedIncidents): Announcement {
  const lead = `${formatNumber(target.number)} takes in ${formatNumber(source.number)}: ${source.title}.`;
  const about = { incident: target, alert: null, onlyRoutes: null, reason: 'merged' };
  const announcement = tell(severityRose ? 'incident.escalated' : 'incident.updated', about, {
    occasion: `merged:${source.incident_id}`,
    title: severityRose
      ? `Now ${target.severity}: ${target.title}`
      : `${target.severity} ${target.title}: takes in ${source.title}`,
    lead,
  });
  return { ...announcement, joinedBy: source.incident_id };
}
