import { formatDuration } from '../core/duration.ts';
import type { Announcement } from '../core/hand-over.ts';
import { type ClimbDecision, formatNumber } from '../incidents/index.ts';
import type { IncidentRow } from '../store/index.ts';
import { tell } from './announce-incident.ts';

type Climb = ClimbDecision & { climb: true };

const minuteMs = 60_000;

/** Answers what a timeline says of a step. */
export function sayClimb({ place, total, channels, waitedMs }: Climb): string {
  return `nobody has acknowledged it for ${wholeTime(waitedMs)}: step ${place} of ${total} tells ${channels.join(', ')}`;
}

/** Answers the announcement that nobody has acknowledged an incident for so long. */
export function describeClimb(incident: IncidentRow, climb: Climb): Announcement {
  const { step, place, total, channels, waitedMs, reason } = climb;
  const number = formatNumber(incident.number);
  const lasted = wholeTime(waitedMs);
  const about = { incident, alert: null, onlyRoutes: null, reason };
  const announcement = tell('incident.escalated', about, {
    // Once for each time that it waits, and each severity, however often and by whom this is tried.
    occasion: `waits:${incident.reopened_at ?? incident.created_at}:${step.afterMs}:${incident.severity}`,
    title: `Not acknowledged for ${lasted}: ${incident.severity} ${incident.title}`,
    lead: `${number} has waited for somebody for ${lasted}: step ${place} of ${total}.`,
    next: `Next: acknowledge it, by the link or with: tocsin incidents ack ${number}. That ends these steps; looking changes nothing.`,
  });
  const rule = `step ${place} of ${total}, after ${formatDuration(step.afterMs)}, told ${channels.join(', ')}`;
  return { ...announcement, direct: { channels, rule } };
}

/** In whole minutes, from the first one on: the sweep comes some moments late. */
function wholeTime(waitedMs: number): string {
  const unitMs = waitedMs < minuteMs ? 1000 : minuteMs;
  return formatDuration(Math.floor(waitedMs / unitMs) * unitMs);
}
