import { z } from 'zod';
import {
  type DecisionSum,
  isLeft,
  listAlertEvents,
  listDecisions,
  refField,
  requireAlert,
  sumDecisionsOfIncident,
} from '../alerts/index.ts';
import { redactText } from '../config/index.ts';
import { defineAction } from '../core/action.ts';
import { toIso } from '../core/clock.ts';
import {
  findIncident,
  formatNumber,
  incidentName,
  listIncidentDecisions,
  requireIncident,
} from '../incidents/index.ts';
import { listNotificationsOfAlert, listNotificationsOfIncident } from '../notify/index.ts';
import type { AlertEventRow, AlertRow, IncidentRow } from '../store/index.ts';
import { readableTime } from './announce-alert.ts';
import type { FlowCtx } from './context.ts';
import { judgeDelivery, sayMessages, type WrittenMessage } from './why-delivery.ts';
import { sayHolders } from './why-held.ts';
import { inOrder, isUnsent, judgeTrail, sayEntry, type TrailEntry } from './why-sentences.ts';

const whyView = z.object({
  about: z.string(),
  title: z.string(),
  /** Whether a message has reached anybody. */
  told: z.boolean(),
  /** In plain sentences, a line each. */
  answer: z.string(),
  /** Oldest first. */
  trail: z.array(
    z.object({
      reason: z.string(),
      rule: z.string().nullable(),
      occurrences: z.number(),
      alerts: z.number(),
      first_at: z.string(),
      last_at: z.string(),
    }),
  ),
});

type WhyView = z.infer<typeof whyView>;

/** Why people were told of an alert, or were not; takes an incident's number too, so that one command answers both. */
export const alertWhy = defineAction({
  name: 'alerts.why',
  summary: 'Say why people were told of an alert or an incident, or were not',
  input: z.strictObject({ alert_ref: refField.describe('An alert, or an incident as INC-42.') }),
  output: whyView,
  entitlement: 'tools.alerts.read',
  http: { method: 'GET', path: '/v1/alerts/:alert_ref/why' },
  cli: { command: 'why', args: ['alert_ref'], print: 'answer' },
  run: (ctx: FlowCtx, { alert_ref }) =>
    /^(inc[-_]|\d)/i.test(alert_ref) ? explainIncident(ctx, alert_ref) : explainAlert(ctx, alert_ref),
});

/** Why people were told of an incident, or were not. */
export const incidentWhy = defineAction({
  name: 'incidents.why',
  summary: 'Say why people were told of an incident, or were not',
  input: z.strictObject({ id: incidentName }),
  output: whyView,
  entitlement: 'tools.oncall.read',
  http: { method: 'GET', path: '/v1/incidents/:id/why' },
  run: (ctx: FlowCtx, { id }) => explainIncident(ctx, id),
});

async function explainAlert(ctx: FlowCtx, alertRef: string): Promise<WhyView> {
  const alert = await requireAlert(ctx, alertRef);
  const [decisions, events, incident, messages] = await Promise.all([
    listDecisions(ctx, alertRef),
    listAlertEvents(ctx, alertRef),
    alert.incident_id === null ? null : findIncident(ctx, alert.incident_id),
    listNotificationsOfAlert(ctx, alertRef, alert.incident_id),
  ]);
  const ofIncident = incident ? await listIncidentDecisions(ctx, incident.incident_id) : [];
  const trail = [firstOf(alert), ...decisions.map(toEntry), ...fromEvents(events)];
  const heading = `${alert.alert_ref}: ${alert.severity} ${alert.title} (${alert.service} in ${alert.env})`;
  const judged = judgeTrail([...trail, ...ofIncident.map((row) => toEntry({ ...row, alerts: 1 }))]);
  const notes = [...(await sayHolders(ctx, trail)), describePart(incident), waits(alert)];
  return show({ about: alertRef, title: alert.title, heading, trail, judged, messages, notes });
}

async function explainIncident(ctx: FlowCtx, name: string): Promise<WhyView> {
  const incident = await requireIncident(ctx, name);
  const [own, ofAlerts, messages] = await Promise.all([
    listIncidentDecisions(ctx, incident.incident_id),
    sumDecisionsOfIncident(ctx, incident.incident_id),
    listNotificationsOfIncident(ctx, incident.incident_id),
  ]);
  const told = own.map((row) => toEntry({ ...row, alerts: 1 }));
  // What its messages say of its alerts, they say of the incident.
  const reasons = new Set(told.map(({ reason }) => reason));
  const trail = [...told, ...ofAlerts.map(toEntry).filter(({ reason }) => !reasons.has(reason))];
  const number = formatNumber(incident.number);
  const heading = `${number}: ${incident.severity} ${incident.title} (${incident.service} in ${incident.env}), ${incident.status}`;
  const judged = judgeTrail(told);
  const notes = await sayHolders(ctx, trail);
  return show({ about: number, title: incident.title, heading, trail, judged, messages, notes });
}

type Explained = {
  about: string;
  title: string;
  heading: string;
  trail: readonly TrailEntry[];
  judged: ReturnType<typeof judgeTrail>;
  /** Oldest first. */
  messages: readonly WrittenMessage[];
  notes: readonly string[];
};

function show({ about, title, heading, trail: entries, judged, messages, notes }: Explained): WhyView {
  const trail = entries.toSorted(inOrder);
  const { told, verdict } = sayVerdict(judged, messages);
  const lines = [
    heading,
    ...verdict,
    ...notes.filter((note) => note !== ''),
    ...trail.map(sayLine),
    ...sayMessages(messages),
  ];
  return {
    about,
    title: redactText(title),
    told,
    answer: redactText(lines.join('\n')),
    trail: trail.map(({ firstAt, lastAt, ...entry }) => ({
      ...entry,
      first_at: toIso(firstAt),
      last_at: toIso(lastAt),
    })),
  };
}

/** What the trail says that people were told, they were only where a message of it has arrived; and what one channel was not sent, others were. */
function sayVerdict(judged: Explained['judged'], messages: readonly WrittenMessage[]) {
  const said = judged.by ? sayEntry(judged.by) : 'nothing was decided about messages yet';
  const { reached, open } = judgeDelivery(messages);
  const isPartly = judged.by !== null && isUnsent(judged.by) && reached !== null;
  if (!judged.told && !isPartly) return { told: false, verdict: [`Nobody was told: ${said}.`] };
  const missing = isPartly ? [...open, said] : open;
  if (reached?.length === 0) return { told: false, verdict: [`Nobody was told yet: ${missing.join('; ')}.`] };
  const rest = missing.length === 0 ? [] : [`Not all of it arrived: ${missing.join('; ')}.`];
  return { told: true, verdict: [`People were told: ${reached?.join(', ') ?? said}.`, ...rest] };
}

function sayLine(entry: TrailEntry): string {
  const { occurrences, firstAt, lastAt } = entry;
  // Of several only the last one's rule is kept.
  const until = entry.rule === null ? 'times until' : 'times, this is the last, at';
  const times = occurrences > 1 ? `, ${occurrences} ${until} ${readableTime(lastAt)}` : '';
  return `  ${readableTime(firstAt)}  ${sayEntry(entry)}${times}.`;
}

function toEntry({ reason, rule, occurrences, alerts, first_at, last_at }: DecisionSum): TrailEntry {
  return { reason, rule, occurrences, alerts, firstAt: first_at, lastAt: last_at };
}

function firstOf({ first_seen_at: at, source }: AlertRow): TrailEntry {
  return { reason: 'first', rule: source, occurrences: 1, alerts: 1, firstAt: at, lastAt: at };
}

const decidingEvents = [
  'past_ttl',
  'past_dedupe_max',
  'superseded',
  'resolved',
  'resolved_by_hand',
  'resolved_before_triage',
  'lapsed',
  'acked_by_hand',
];

/** What ended an alert, or set it apart from the one before it, is written as its event. */
function fromEvents(events: readonly AlertEventRow[]): TrailEntry[] {
  return events.flatMap(({ reason, actor, at }): TrailEntry[] => {
    const word = decidingEvents.find((known) => reason === known || reason.startsWith(`${known}_of_`));
    if (word === undefined) return [];
    return [{ reason: word, rule: actor, occurrences: 1, alerts: 1, firstAt: at, lastAt: at }];
  });
}

function describePart(incident: IncidentRow | null): string {
  if (!incident) return '';
  const number = formatNumber(incident.number);
  return `It is part of ${number}, which speaks for it: see tocsin why ${number}.`;
}

function waits(alert: AlertRow): string {
  const { status, ended_at } = alert;
  if (ended_at !== null) return '';
  if (isLeft(alert))
    return 'It is new: the supervisor is done with it, and a worker or a person has yet to be.';
  if (status === 'processing')
    return `It is processing: ${alert.owner ?? 'a worker'} has it, and has still to decide about it.`;
  if (status === 'new' || status === 'failed')
    return `It is ${status}: the supervisor has still to decide about it.`;
  return status === 'dead' ? 'It is dead: it could not be worked on, and waits for tocsin alerts retry.' : '';
}
