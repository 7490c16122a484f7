import { componentsOf } from '../core/components.ts';
import { type AlertRow, type CompiledQuery, type Ctx, type IncidentRow, writeLater } from '../store/index.ts';
import { type BridgeDecision, isMoreSevere, type TriageDecision } from './decide.ts';
import { climbAnew } from './decide-climb.ts';
import { newIncidentRow } from './new-incident.ts';
import { countSignatures, holdSignatures, releaseSignatures, reviveSignatures } from './queries-bridge.ts';
import { appendEvents, type NewEvent } from './queries-event.ts';
import { changeIncident, insertIncidents, takeNumbers } from './queries-incident.ts';
import { insertTriages } from './queries-triage.ts';
import { formatNumber } from './view.ts';

/** What was decided about an alert, and is to be written. */
export type BridgePlan = {
  done: true;
  alert: AlertRow;
  decision: BridgeDecision;
  /** The incident of the decision as it was. */
  before: IncidentRow | null;
  triage: TriageDecision | null;
  lastTriageAt: number | null;
  /** It begins an incident. */
  creates: boolean;
};

/** What becomes of incidents by one alert. */
export type BridgeWritten = { plan: BridgePlan; incident: IncidentRow; superseded: IncidentRow | null };

/** A part of what is written for an alert: how an incident changes, and what its timeline says of that. */
type Step = { changes: CompiledQuery[]; events: NewEvent[] } & Omit<BridgeWritten, 'plan'>;

/**
 * Writes what was decided about alerts: incidents, signatures, timelines, counts and triages. But for the numbers of new
 * incidents that were not reserved all of it goes along with what the transaction does next.
 */
export async function writeBridges(
  ctx: Ctx,
  plans: readonly BridgePlan[],
  reserved: readonly number[],
): Promise<BridgeWritten[]> {
  const needed = plans.filter(({ creates }) => creates).length;
  const numbers = [...reserved, ...(await takeNumbers(ctx, Math.max(0, needed - reserved.length)))];
  const written = plans.map((plan) => ({ plan, ...takeStep(ctx, plan, () => numbers.shift() ?? 0) }));
  const created = written.filter(({ plan }) => plan.creates).map(({ incident }) => incident);
  await writeLater(ctx, [
    // Who is superseded lets go of the signature before the new incident takes it.
    ...written.flatMap(({ changes }) => changes),
    ...insertIncidents(ctx, created),
    ...writeAlerts(ctx, written),
  ]);
  return written;
}

function takeStep(ctx: Ctx, plan: BridgePlan, takeNumber: () => number): Step {
  switch (plan.decision.action) {
    case 'create':
      return create(ctx, plan, takeNumber());
    case 'supersede':
      return supersede(ctx, plan, requireBefore(plan), takeNumber());
    case 'join':
    case 'storm-join':
      return join(ctx, plan, requireBefore(plan));
    case 'reopen':
      return reopen(ctx, plan, requireBefore(plan));
  }
}

function requireBefore({ before }: BridgePlan): IncidentRow {
  if (before) return before;
  throw new Error('a decision names an incident that its view does not hold');
}

function create(ctx: Ctx, plan: BridgePlan, number: number): Step {
  const incident = newIncident(ctx, plan, number);
  const opened: NewEvent = {
    incidentId: incident.incident_id,
    type: 'status_change',
    message: `opened as ${incident.severity}: ${incident.title}`,
    meta: { to: 'open', reason: plan.decision.reason, alert_ref: plan.alert.alert_ref },
  };
  return { incident, superseded: null, changes: [], events: [opened] };
}

function newIncident(ctx: Ctx, { alert, decision }: BridgePlan, number: number): IncidentRow {
  const nowMs = ctx.clock.now();
  return newIncidentRow(nowMs, {
    incident_id: `inc_${ctx.ids.ulid()}`,
    number,
    title: alert.title,
    service: alert.service,
    env: alert.env,
    severity: decision.severity,
    severity_cap: decision.severityCap,
    signature: alert.signature,
    components: JSON.stringify(componentsOf(alert)),
    summary: null,
    started_at: Math.min(alert.started_at, nowMs),
  });
}

function supersede(ctx: Ctx, plan: BridgePlan, before: IncidentRow, number: number): Step {
  const nowMs = ctx.clock.now();
  const { incident, events } = create(ctx, plan, number);
  const { incident_id: id } = incident;
  const end = { status: 'resolved', resolved_at: nowMs, superseded_by: id, updated_at: nowMs } as const;
  const ended: NewEvent = {
    incidentId: before.incident_id,
    type: 'status_change',
    message: `resolved: the same failure came again past the dedupe window and is ${formatNumber(number)} now`,
    meta: { from: before.status, to: 'resolved', reason: 'past_window', superseded_by: id },
  };
  const changes = [
    changeIncident(ctx, before.incident_id, before.status, end),
    releaseSignatures(ctx, before.incident_id, nowMs),
  ];
  return { incident, superseded: { ...before, ...end }, changes, events: [...events, ended] };
}

function join(ctx: Ctx, plan: BridgePlan, before: IncidentRow): Step {
  const change = grow(ctx, plan, before);
  return {
    incident: { ...before, ...change },
    superseded: null,
    changes: [changeIncident(ctx, before.incident_id, before.status, change)],
    events: raised(before, change),
  };
}

function reopen(ctx: Ctx, plan: BridgePlan, before: IncidentRow): Step {
  const change = {
    ...grow(ctx, plan, before),
    status: 'open',
    resolved_at: null,
    reopened_at: ctx.clock.now(),
    // Who had it may have gone home: it waits for somebody again, from the beginning.
    acknowledged_at: null,
    acknowledged_by: null,
    climbed_ms: 0,
  } as const;
  const reopened: NewEvent = {
    incidentId: before.incident_id,
    type: 'status_change',
    message: `reopened: ${plan.alert.title}`,
    meta: { from: before.status, to: 'open', reason: 'reopened', alert_ref: plan.alert.alert_ref },
  };
  return {
    incident: { ...before, ...change },
    superseded: null,
    changes: [
      changeIncident(ctx, before.incident_id, before.status, change),
      reviveSignatures(ctx, before.incident_id),
    ],
    events: [reopened, ...raised(before, change)],
  };
}

/** What an incident becomes by one more alert. */
function grow(ctx: Ctx, { alert, decision }: BridgePlan, before: IncidentRow) {
  const components = new Set([...(JSON.parse(before.components) as string[]), ...componentsOf(alert)]);
  return {
    ...climbAnew(before, decision.severity),
    severity: decision.severity,
    severity_cap: decision.severityCap,
    components: JSON.stringify([...components]),
    last_alert_at: ctx.clock.now(),
    candidate_at: null,
    updated_at: ctx.clock.now(),
  };
}

function raised(before: IncidentRow, after: Pick<IncidentRow, 'severity'>): NewEvent[] {
  if (!isMoreSevere(after.severity, before.severity)) return [];
  return [
    {
      incidentId: before.incident_id,
      type: 'decision',
      message: `severity ${before.severity} → ${after.severity}`,
      meta: { from: before.severity, to: after.severity, reason: 'severity_raised' },
    },
  ];
}

/** What every bridged alert leaves: its signature, its line in the timeline, its counts, and a triage or the note that none is due. */
function writeAlerts(ctx: Ctx, written: readonly (Step & { plan: BridgePlan })[]): CompiledQuery[] {
  const nowMs = ctx.clock.now();
  const bridged = written.map(({ plan, incident: { incident_id: incidentId } }) => ({ ...plan, incidentId }));
  const held = bridged.map(({ alert: { signature, env }, incidentId }) => ({ signature, env, incidentId }));
  const counts = bridged.map(({ alert, triage, lastTriageAt }) => {
    const isNew = triage?.run ?? false;
    return { alert, triage: { lastAt: isNew ? nowMs : lastTriageAt, isNew } };
  });
  const triages = bridged
    .filter(({ triage }) => triage?.run)
    .map(({ alert: { alert_ref: alertRef, signature, env }, incidentId }) => {
      return { incidentId, alertRef, signature, env };
    });
  return [
    ...holdSignatures(ctx, held, nowMs),
    ...appendEvents(
      ctx,
      written.flatMap(({ plan, events, incident: { incident_id: incidentId } }) => [
        ...events,
        joinedLine(plan, incidentId),
        ...cooldownNote(plan.triage, incidentId, plan.lastTriageAt),
      ]),
    ),
    ...countSignatures(ctx, counts, nowMs),
    ...insertTriages(ctx, triages, nowMs),
  ];
}

function joinedLine({ alert, decision }: BridgePlan, incidentId: string): NewEvent {
  return {
    incidentId,
    eventId: alert.alert_ref,
    type: 'alert',
    message: `${alert.severity} ${alert.title}`,
    meta: { alert_ref: alert.alert_ref, reason: decision.reason, signature: alert.signature },
  };
}

/** One note for each triage that alerts came too soon after; further ones are counted into it. */
function cooldownNote(
  triage: TriageDecision | null,
  incidentId: string,
  lastTriageAt: number | null,
): NewEvent[] {
  if (triage?.reason !== 'cooldown') return [];
  return [
    {
      incidentId,
      eventId: `cooldown-${lastTriageAt}`,
      type: 'note',
      message: 'no further triage: the last one is too recent',
      meta: { reason: 'cooldown' },
    },
  ];
}
