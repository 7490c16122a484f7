import { formatDuration } from '../core/duration.ts';
import type { Announcement } from '../core/hand-over.ts';
import { formatNumber } from '../incidents/index.ts';
import type { AlertRow, IncidentRow } from '../store/index.ts';
import { describeFiring, joinLines } from './announce-alert.ts';
import { tell } from './announce-incident.ts';

const reason = 'repeat_interval';

/** The message after which it is told again, where, and when. */
export type Again = { id: string; route: string; channel: string; nowMs: number };

/** Answers the announcement that an incident is still open, and that nobody has acknowledged it. */
export function describeStillOpen(incident: IncidentRow, alert: AlertRow | null, again: Again): Announcement {
  const lasts = formatDuration(Math.max(0, again.nowMs - incident.started_at));
  const announcement = tell(
    'incident.updated',
    { incident, alert, onlyRoutes: null, reason },
    {
      occasion: occasionOf(again),
      title: `Still open: ${incident.severity} ${incident.title}`,
      lead: `${formatNumber(incident.number)} has been open for ${lasts}, and nobody has acknowledged it.`,
    },
  );
  return { ...announcement, direct: directTo(again) };
}

/** Answers the announcement that an alert that opened no incident still fires. */
export function describeStillFiring(alert: AlertRow, again: Again): Announcement {
  const lasts = formatDuration(Math.max(0, again.nowMs - alert.started_at));
  const firing = describeFiring(alert, reason, null);
  return {
    ...firing,
    occasion: occasionOf(again),
    title: `Still firing: ${firing.title}`,
    text: joinLines([`It has been firing for ${lasts}.`, firing.text]),
    direct: directTo(again),
  };
}

/** Once after each message, however often, and by whom, this is tried. */
function occasionOf({ id }: Again): string {
  return `again:${id}`;
}

function directTo({ route, channel }: Again): NonNullable<Announcement['direct']> {
  return { channels: [channel], route, rule: `${route} → ${channel}` };
}
