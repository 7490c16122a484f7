import { AppError } from '../core/errors.ts';
import { capSeverity, type Severity, severityRank, worstSeverity } from '../core/severity.ts';
import type { IncidentStatus } from '../store/index.ts';

/** What the bridge looks at of an incident. */
export type IncidentState = {
  incidentId: string;
  status: IncidentStatus;
  severity: Severity;
  severityCap: Severity | null;
  createdAt: number;
  /** When one of its alerts was last heard. */
  lastAlertAt: number;
  resolvedAt: number | null;
  supersededBy: string | null;
};

export type BridgeFacts = {
  /** Open or mitigating, and holds the signature and env of the alert. */
  holder: IncidentState | null;
  /** Of the incidents that are over and held the signature and env, the one that ended last. */
  former: IncidentState | null;
  /** The newest open or mitigating incident of the same service and env. */
  neighbour: IncidentState | null;
  /** How many signatures came to open incidents of the service and env within the group window. */
  recentSignatures: number;
};

export type BridgePolicy = {
  /** The most severe that this alert can make an incident; null: no cap. */
  severityCap: Severity | null;
  dedupeWindowMs: number;
  reopenMs: number;
  groupWindowMs: number;
  stormThreshold: number;
};

export type BridgeAction = 'join' | 'create' | 'supersede' | 'reopen' | 'storm-join';
export type BridgeReason = 'joined_incident' | 'first' | 'past_window' | 'reopened' | 'storm_grouped';

/** `severity` and `severityCap` are what the incident has afterwards. */
export type BridgeDecision = { severity: Severity; severityCap: Severity | null } & (
  | { action: 'create'; reason: 'first'; incident: null }
  | { action: 'join'; reason: 'joined_incident'; incident: IncidentState }
  | { action: 'supersede'; reason: 'past_window'; incident: IncidentState }
  | { action: 'reopen'; reason: 'reopened'; incident: IncidentState }
  | { action: 'storm-join'; reason: 'storm_grouped'; incident: IncidentState }
);

/** Answers which incident an alert becomes part of, and why; `bridgedInto` is where it has been before. */
export function decideBridge(
  facts: BridgeFacts,
  alert: { severity: Severity; bridgedInto: string | null },
  nowMs: number,
  policy: BridgePolicy,
): BridgeDecision {
  const { holder, former, neighbour } = facts;
  const own = capTo(alert.severity, policy.severityCap);
  const alone = { severity: own, severityCap: policy.severityCap };
  if (holder) {
    // An alert that comes back (its severity rose, its worker died) belongs where it already is.
    const isItsOwn = alert.bridgedInto === holder.incidentId;
    if (isItsOwn || nowMs - holder.lastAlertAt <= policy.dedupeWindowMs)
      return { action: 'join', reason: 'joined_incident', incident: holder, ...joined(holder, own, policy) };
    return { action: 'supersede', reason: 'past_window', incident: holder, ...alone };
  }
  if (former && canReopen(former, nowMs, policy.reopenMs))
    return { action: 'reopen', reason: 'reopened', incident: former, ...joined(former, own, policy) };
  if (neighbour && isStorm(neighbour, facts.recentSignatures, nowMs, policy)) {
    const incident = neighbour;
    return { action: 'storm-join', reason: 'storm_grouped', incident, ...joined(incident, own, policy) };
  }
  return { action: 'create', reason: 'first', incident: null, ...alone };
}

function canReopen(former: IncidentState, nowMs: number, reopenMs: number): boolean {
  if (former.status !== 'resolved' || former.supersededBy !== null) return false;
  return former.resolvedAt !== null && nowMs - former.resolvedAt <= reopenMs;
}

function isStorm(
  neighbour: IncidentState,
  recentSignatures: number,
  nowMs: number,
  policy: BridgePolicy,
): boolean {
  return nowMs - neighbour.createdAt <= policy.groupWindowMs || recentSignatures >= policy.stormThreshold;
}

function capTo(severity: Severity, cap: Severity | null): Severity {
  return cap === null ? severity : capSeverity(severity, cap);
}

/** Each alert is capped by its own rule; the incident keeps the looser of the caps, so that none hides a worse alert. */
function joined(incident: IncidentState, own: Severity, policy: BridgePolicy) {
  const bothCapped = incident.severityCap !== null && policy.severityCap !== null;
  return {
    severity: worstSeverity(incident.severity, own),
    severityCap: bothCapped
      ? worstSeverity(incident.severityCap as Severity, policy.severityCap as Severity)
      : null,
  };
}

/** Answers whether the first is more severe than the second. */
export function isMoreSevere(a: Severity, b: Severity): boolean {
  return severityRank(a) < severityRank(b);
}

export type TriageDecision = { run: boolean; reason: 'first' | 'cooldown_over' | 'cooldown' };

/** Answers whether a triage is due, by the time of the last one; null: there was none. */
export function decideTriage(lastAt: number | null, nowMs: number, cooldownMs: number): TriageDecision {
  if (lastAt === null) return { run: true, reason: 'first' };
  if (nowMs - lastAt >= cooldownMs) return { run: true, reason: 'cooldown_over' };
  return { run: false, reason: 'cooldown' };
}

export type AlertCounts = { live: number; lastEndedAt: number | null };

/** Answers whether an open incident is over: it had alerts, all have ended, and stayed so for the hold. */
export function decideAutoResolve(
  alerts: AlertCounts,
  nowMs: number,
  resolveHoldMs: number,
): { resolve: boolean; reason: 'no_alerts' | 'live_alerts' | 'held' | 'all_ended' } {
  if (alerts.live > 0) return { resolve: false, reason: 'live_alerts' };
  if (alerts.lastEndedAt === null) return { resolve: false, reason: 'no_alerts' };
  if (nowMs - alerts.lastEndedAt < resolveHoldMs) return { resolve: false, reason: 'held' };
  return { resolve: true, reason: 'all_ended' };
}

/** What people may do by hand; only an alert opens a resolved incident again. */
const moves: Readonly<Record<IncidentStatus, readonly IncidentStatus[]>> = {
  open: ['mitigating', 'resolved', 'closed'],
  mitigating: ['resolved', 'closed'],
  resolved: ['closed'],
  closed: [],
};

/** Answers what follows from a move by hand. Throws CONFLICT, naming both states, for one that is not allowed. */
export function decideMove(
  incident: { number: string; status: IncidentStatus },
  to: IncidentStatus,
  liveAlerts: number,
  force: boolean,
): { endsStory: boolean; endsAlerts: boolean } {
  const from = incident.status;
  if (!moves[from].includes(to)) {
    throw new AppError('CONFLICT', `incident ${incident.number} is ${from} and cannot become ${to}`, {
      details: { from, to, reason: 'illegal_move' },
    });
  }
  const isOver = to === 'resolved' || to === 'closed';
  if (isOver && liveAlerts > 0 && !force) {
    throw new AppError(
      'CONFLICT',
      `incident ${incident.number} is ${from} with ${liveAlerts} live alert${liveAlerts === 1 ? '' : 's'} and cannot become ${to} without force`,
      { details: { from, to, reason: 'live_alerts', live_alerts: liveAlerts } },
    );
  }
  return { endsStory: isOver && from !== 'resolved', endsAlerts: isOver && liveAlerts > 0 };
}

/** Answers whether an acknowledgement is new. Throws CONFLICT where the incident is over, or somebody else has it. */
export function decideAcknowledge(
  incident: { number: string; status: IncidentStatus; acknowledgedBy: string | null },
  name: string,
): { acknowledge: boolean } {
  const { number, status, acknowledgedBy } = incident;
  if (status === 'resolved' || status === 'closed') {
    throw new AppError('CONFLICT', `incident ${number} is ${status} and cannot become acknowledged`, {
      details: { from: status, to: 'acknowledged', reason: 'illegal_move' },
    });
  }
  if (acknowledgedBy !== null && acknowledgedBy !== name) {
    throw new AppError('CONFLICT', `incident ${number} is already acknowledged by ${acknowledgedBy}`, {
      details: { reason: 'already_acknowledged', acknowledged_by: acknowledgedBy },
    });
  }
  return { acknowledge: acknowledgedBy === null };
}
