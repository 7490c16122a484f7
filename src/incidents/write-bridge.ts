import {
  type AlertRow,
  type CompiledQuery,
  type Ctx,
  type IncidentRow,
  runStatements,
  writeLater,
} from '../store/index.ts';
import { type BridgeDecision, isMoreSevere, type TriageDecision } from './decide.ts';
import { countSignature, holdSignature, releaseSignatures, reviveSignatures } from './queries-bridge.ts';
import { appendEvents, type NewEvent } from './queries-event.ts';
import { changeIncident, insertIncident, takeNumber } from './queries-incident.ts';
import { insertTriage } from './queries-triage.ts';
import { formatNumber } from './view.ts';

export type BridgeWrite = {
  alert: AlertRow;
  decision: BridgeDecision;
  /** The incident of the decision as it was. */
  before: IncidentRow | null;
  triage: TriageDecision | null;
  lastTriageAt: number | null;
};

type Written = { incident: IncidentRow; superseded: IncidentRow | null };

/** Writes what was decided about an alert: incident, signature, timeline, counts and triage, in two round trips at most. */
export async function writeBridge(ctx: Ctx, write: BridgeWrite): Promise<Written> {
  const { decision, before } = write;
  switch (decision.action) {
    case 'create':
      return { incident: await create(ctx, write, []), superseded: null };
    case 'supersede':
      return supersede(ctx, write, requireBefore(before));
    case 'join':
    case 'storm-join':
      return { incident: await join(ctx, write, requireBefore(before)), superseded: null };
    case 'reopen':
      return { incident: await reopen(ctx, write, requireBefore(before)), superseded: null };
  }
}

function requireBefore(before: IncidentRow | null): IncidentRow {
  if (before) return before;
  throw new Error('a decision names an incident that its view does not hold');
}

async function create(ctx: Ctx, write: BridgeWrite, first: readonly CompiledQuery[]): Promise<IncidentRow> {
  const row = newIncident(ctx, write);
  const opened: NewEvent = {
    incidentId: row.incident_id,
    type: 'status_change',
    message: `opened as ${row.severity}: ${row.title}`,
    meta: { to: 'open', reason: write.decision.reason, alert_ref: write.alert.alert_ref },
  };
  const answers = await runStatements(ctx, [
    ...first,
    takeNumber(ctx),
    insertIncident(ctx, row),
    ...writeAlert(ctx, write, row.incident_id, [opened]),
  ]);
  const [inserted] = (answers[first.length + 1] ?? []) as { number: number }[];
  return { ...row, number: inserted?.number ?? 0 };
}

function newIncident(ctx: Ctx, { alert, decision }: BridgeWrite): Omit<IncidentRow, 'number'> {
  const nowMs = ctx.clock.now();
  return {
    incident_id: `inc_${ctx.ids.ulid()}`,
    title: alert.title,
    service: alert.service,
    env: alert.env,
    severity: decision.severity,
    severity_cap: decision.severityCap,
    status: 'open',
    signature: alert.signature,
    components: JSON.stringify(alert.component === null ? [] : [alert.component]),
    summary: null,
    owner: null,
    started_at: Math.min(alert.started_at, nowMs),
    last_alert_at: nowMs,
    resolved_at: null,
    closed_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    superseded_by: null,
    created_at: nowMs,
    updated_at: nowMs,
    severity_set_at: null,
    candidate_at: null,
  };
}

/** The old incident lets go of the signature before the new one takes it; what supersedes it is known after the insert. */
async function supersede(ctx: Ctx, write: BridgeWrite, before: IncidentRow): Promise<Written> {
  const nowMs = ctx.clock.now();
  const end = { status: 'resolved', resolved_at: nowMs } as const;
  const incident = await create(ctx, write, [
    changeIncident(ctx, before.incident_id, before.status, end),
    releaseSignatures(ctx, before.incident_id, nowMs),
  ]);
  const superseded = { ...before, ...end, superseded_by: incident.incident_id, updated_at: nowMs };
  const event: NewEvent = {
    incidentId: before.incident_id,
    type: 'status_change',
    message: `resolved: the same failure came again past the dedupe window and is ${formatNumber(incident.number)} now`,
    meta: { from: before.status, to: 'resolved', reason: 'past_window', superseded_by: incident.incident_id },
  };
  await writeLater(ctx, [
    changeIncident(ctx, before.incident_id, 'resolved', { superseded_by: incident.incident_id }),
    ...appendEvents(ctx, [event]),
  ]);
  return { incident, superseded };
}

async function join(ctx: Ctx, write: BridgeWrite, before: IncidentRow): Promise<IncidentRow> {
  const change = grow(ctx, write, before);
  await writeLater(ctx, [
    changeIncident(ctx, before.incident_id, before.status, change),
    ...writeAlert(ctx, write, before.incident_id, raised(before, change)),
  ]);
  return { ...before, ...change };
}

async function reopen(ctx: Ctx, write: BridgeWrite, before: IncidentRow): Promise<IncidentRow> {
  const change = { ...grow(ctx, write, before), status: 'open', resolved_at: null } as const;
  const reopened: NewEvent = {
    incidentId: before.incident_id,
    type: 'status_change',
    message: `reopened: ${write.alert.title}`,
    meta: { from: before.status, to: 'open', reason: 'reopened', alert_ref: write.alert.alert_ref },
  };
  await writeLater(ctx, [
    changeIncident(ctx, before.incident_id, before.status, change),
    reviveSignatures(ctx, before.incident_id),
    ...writeAlert(ctx, write, before.incident_id, [reopened, ...raised(before, change)]),
  ]);
  return { ...before, ...change };
}

/** What an incident becomes by one more alert. */
function grow(ctx: Ctx, { alert, decision }: BridgeWrite, before: IncidentRow) {
  const components = new Set(JSON.parse(before.components) as string[]);
  if (alert.component !== null) components.add(alert.component);
  return {
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
function writeAlert(
  ctx: Ctx,
  { alert, decision, triage, lastTriageAt }: BridgeWrite,
  incidentId: string,
  events: readonly NewEvent[],
): CompiledQuery[] {
  const nowMs = ctx.clock.now();
  const isTriaged = triage?.run ?? false;
  const joined: NewEvent = {
    incidentId,
    eventId: alert.alert_ref,
    type: 'alert',
    message: `${alert.severity} ${alert.title}`,
    meta: { alert_ref: alert.alert_ref, reason: decision.reason, signature: alert.signature },
  };
  return [
    holdSignature(ctx, alert, incidentId, nowMs),
    ...appendEvents(ctx, [...events, joined, ...cooldownNote(triage, incidentId, lastTriageAt)]),
    ...countSignature(ctx, alert, nowMs, { lastAt: isTriaged ? nowMs : lastTriageAt, isNew: isTriaged }),
    ...(isTriaged
      ? insertTriage(ctx, { incidentId, nowMs, alertRef: alert.alert_ref, ...keyOf(alert) })
      : []),
  ];
}

function keyOf(alert: AlertRow) {
  return { signature: alert.signature, env: alert.env };
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
