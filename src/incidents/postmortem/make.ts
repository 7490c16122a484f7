import { toIso } from '../../core/clock.ts';
import type { AlertRow, IncidentEventRow, IncidentRow } from '../../store/index.ts';
import type { FollowupView } from '../followup-view.ts';
import type { ReportedAlert } from '../triage/report.ts';
import { reportAlert } from '../triage/report-alert.ts';
import { clip } from '../triage/text.ts';
import { type IncidentView, toIncidentView } from '../view.ts';

const shownAtBeginning = 100;
const shownAtEnd = 200;
const shownMessageLength = 500;

/** What is known of an incident once it is over, or so far. */
export type PostmortemFacts = {
  incident: IncidentRow;
  /** Oldest first. */
  events: readonly IncidentEventRow[];
  eventsTotal: number;
  /** Oldest first; of many, the first ones. */
  alerts: readonly AlertRow[];
  alertsTotal: number;
  /** When the first message about it was delivered; null: none was. */
  firstToldAt: number | null;
  followups: readonly FollowupView[];
};

/** A draft of a postmortem, as `postmortem_draft.json` holds it. Spans are in seconds; null: it did not happen. */
export type Postmortem = {
  made_at: string;
  incident: IncidentView;
  impact: { lasted_seconds: number; is_over: boolean; components: string[]; alerts: number; reports: number };
  response: {
    opened_after_seconds: number;
    told_after_seconds: number | null;
    acknowledged_after_seconds: number | null;
    resolved_after_seconds: number | null;
  };
  timeline: { at: string; type: string; actor: string; message: string; occurrences: number }[];
  timeline_total: number;
  alerts: ReportedAlert[];
  followups: FollowupView[];
};

/** Makes the draft of the facts: the same facts, the same draft. */
export function makePostmortem(facts: PostmortemFacts, nowMs: number): Postmortem {
  const { incident, alerts } = facts;
  const view = toIncidentView(incident);
  return {
    made_at: toIso(nowMs),
    incident: view,
    impact: {
      lasted_seconds: secondsAfterBegin(incident, incident.resolved_at ?? nowMs),
      is_over: incident.resolved_at !== null,
      components: view.components,
      alerts: facts.alertsTotal,
      reports: alerts.reduce((sum, alert) => sum + alert.occurrences, 0),
    },
    response: measureResponse(facts),
    timeline: shorten(facts.events).map((event) => ({
      at: toIso(event.at),
      type: event.type,
      actor: event.actor,
      message: clip(event.message, shownMessageLength),
      occurrences: event.occurrences,
    })),
    timeline_total: facts.eventsTotal,
    alerts: alerts.map(reportAlert),
    followups: [...facts.followups],
  };
}

function measureResponse({ incident, firstToldAt }: PostmortemFacts): Postmortem['response'] {
  const after = (at: number | null) => (at === null ? null : secondsAfterBegin(incident, at));
  return {
    opened_after_seconds: secondsAfterBegin(incident, incident.created_at),
    told_after_seconds: after(firstToldAt),
    acknowledged_after_seconds: after(incident.acknowledged_at),
    resolved_after_seconds: after(incident.resolved_at),
  };
}

function secondsAfterBegin({ started_at: beganAt }: IncidentRow, at: number): number {
  return Math.max(0, Math.round((at - beganAt) / 1000));
}

/** Of a long story the beginning and the end. */
function shorten(events: readonly IncidentEventRow[]): readonly IncidentEventRow[] {
  if (events.length <= shownAtBeginning + shownAtEnd) return events;
  return [...events.slice(0, shownAtBeginning), ...events.slice(-shownAtEnd)];
}
