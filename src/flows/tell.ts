import { recordDecisions } from '../alerts/index.ts';
import type { Announcement } from '../core/hand-over.ts';
import { recordIncidentDecisions } from '../incidents/index.ts';
import { type Announced, announceMany, explainTold, readNotifySettings } from '../notify/index.ts';
import type { FlowCtx } from './context.ts';
import { sayOnCall } from './oncall.ts';

/** Writes the messages of announcements and the trail of why people hear of them, or do not, in the open transaction; answers what is new. */
export async function tell(ctx: FlowCtx, described: readonly Announcement[]): Promise<Announced[]> {
  if (described.length === 0) return [];
  const announcements = nameOnCall(ctx, described);
  const settings = readNotifySettings(ctx.config, {
    ring: ctx.signals.messages.ring,
    openDesk: ctx.desk.open,
  });
  const written = await announceMany(ctx, announcements, settings);
  const ofAlerts: { alertRef: string; reason: string; rule: string | null }[] = [];
  const ofIncidents: { incidentId: string; reason: string; rule: string | null }[] = [];
  for (const announcement of announcements) {
    const { thread, event, alert, incident } = announcement;
    const decisions = explainTold(
      announcement,
      written.filter((row) => row.thread === thread && row.event === event),
      settings,
    );
    const alertRef = alert?.alert_ref;
    if (typeof alertRef === 'string')
      ofAlerts.push(...decisions.map((decision) => ({ alertRef, ...decision })));
    if (incident)
      ofIncidents.push(...decisions.map((decision) => ({ incidentId: incident.id, ...decision })));
  }
  await recordIncidentDecisions(ctx, ofIncidents);
  await recordDecisions(ctx, ofAlerts);
  return written;
}

/** Where nobody has acknowledged an incident yet, it is for whoever is on call. */
function nameOnCall(ctx: FlowCtx, announcements: readonly Announcement[]): readonly Announcement[] {
  if (!announcements.some(({ isUnclaimed }) => isUnclaimed)) return announcements;
  const onCall = sayOnCall(ctx);
  if (onCall === null) return announcements;
  return announcements.map((one) => (one.isUnclaimed ? { ...one, text: `${one.text}\n${onCall}` } : one));
}
