import type { RoutingPolicy } from '../config/types.ts';
import type { Severity } from '../core/severity.ts';
import { type AlertRow, type Ctx, type IncidentRow, runStatements } from '../store/index.ts';
import {
  type BridgeAction,
  type BridgeFacts,
  type BridgeReason,
  decideBridge,
  decideTriage,
  type IncidentState,
  isMoreSevere,
  type TriageDecision,
} from './decide.ts';
import {
  type CandidateRow,
  holdService,
  type SignatureFactsRow,
  type SignatureKey,
  selectIncidentsOfSignature,
  selectNeighbour,
  selectSignatureFacts,
} from './queries-bridge.ts';
import { writeBridge } from './write-bridge.ts';

export type BridgeOptions = {
  /** The most severe that this alert can make an incident; null: no cap. */
  severityCap: Severity | null;
  /** How long after its last alert an incident takes in another; null: the policy's default. */
  dedupeWindowMs: number | null;
  policy: RoutingPolicy['defaults'];
  autoTriage: boolean;
  /** False once a pass has opened, or had triaged, as many as it may: then nothing is written. */
  mayCreate: boolean;
  mayTriage: boolean;
};

/** What is known while the service is held, so that it is true until the commit. */
export type BridgeView = {
  facts: BridgeFacts;
  rows: ReadonlyMap<string, CandidateRow>;
  signatureTriagedAt: number | null;
};

export type Bridged = {
  done: true;
  action: BridgeAction;
  reason: BridgeReason;
  /** The incident as it is afterwards. */
  incident: IncidentRow;
  /** The incident that was resolved in favour of the new one, as it is afterwards. */
  superseded: IncidentRow | null;
  created: boolean;
  deduped: boolean;
  reopened: boolean;
  /** The incident became more severe by this alert. */
  severityRose: boolean;
  triage: TriageDecision | null;
};

export type Deferred = { done: false; reason: 'max_incidents_per_run' | 'max_triages_per_run' };

/**
 * Holds the service and env of an alert until the commit, and answers what decides about it. In the open transaction,
 * before any alert is locked: all who need both take them in this order.
 */
export async function viewBridge(
  ctx: Ctx,
  key: SignatureKey,
  policy: RoutingPolicy['defaults'],
): Promise<BridgeView> {
  const sinceMs = ctx.clock.now() - policy.groupWindowMs;
  const [, ofSignature, neighbours, facts] = await runStatements(ctx, [
    holdService(ctx, key),
    selectIncidentsOfSignature(ctx, key),
    selectNeighbour(ctx, key),
    selectSignatureFacts(ctx, key, { sinceMs, bound: policy.stormThreshold }),
  ]);
  return toView(ofSignature as CandidateRow[], neighbours as CandidateRow[], facts as SignatureFactsRow[]);
}

function toView(
  ofSignature: readonly CandidateRow[],
  neighbours: readonly CandidateRow[],
  facts: readonly SignatureFactsRow[],
): BridgeView {
  const holder = ofSignature.find((row) => row.left_at === null);
  const former = ofSignature.find((row) => row.left_at !== null);
  const neighbour = neighbours[0];
  return {
    facts: {
      holder: holder ? toState(holder) : null,
      former: former ? toState(former) : null,
      neighbour: neighbour ? toState(neighbour) : null,
      recentSignatures: facts[0]?.recent_signatures ?? 0,
    },
    rows: new Map([...ofSignature, ...neighbours].map((row) => [row.incident_id, row])),
    signatureTriagedAt: facts[0]?.last_triage_at ?? null,
  };
}

function toState(row: IncidentRow): IncidentState {
  return {
    incidentId: row.incident_id,
    status: row.status,
    severity: row.severity,
    severityCap: row.severity_cap,
    createdAt: row.created_at,
    lastAlertAt: row.last_alert_at,
    resolvedAt: row.resolved_at,
    supersededBy: row.superseded_by,
  };
}

/** Makes an alert part of an incident, in the open transaction that also made the view; the only way alerts become incidents. */
export async function alertToIncident(
  ctx: Ctx,
  alert: AlertRow,
  view: BridgeView,
  options: BridgeOptions,
): Promise<Bridged | Deferred> {
  const nowMs = ctx.clock.now();
  const decision = decideBridge(
    view.facts,
    { severity: alert.severity, bridgedInto: alert.announced > 0 ? alert.incident_id : null },
    nowMs,
    {
      ...options.policy,
      severityCap: options.severityCap,
      dedupeWindowMs: options.dedupeWindowMs ?? options.policy.dedupeWindowMs,
    },
  );
  const created = decision.action === 'create' || decision.action === 'supersede';
  if (created && !options.mayCreate) return { done: false, reason: 'max_incidents_per_run' };
  const before = decision.incident ? (view.rows.get(decision.incident.incidentId) ?? null) : null;
  const lastTriageAt = findLastTriage(decision.action, view, before);
  const triage = options.autoTriage
    ? decideTriage(lastTriageAt, nowMs, options.policy.triageCooldownMs)
    : null;
  if (triage?.run && !options.mayTriage) return { done: false, reason: 'max_triages_per_run' };
  const { incident, superseded } = await writeBridge(ctx, { alert, decision, before, triage, lastTriageAt });
  return {
    done: true,
    action: decision.action,
    reason: decision.reason,
    incident,
    superseded,
    created,
    deduped: decision.action === 'join' || decision.action === 'storm-join',
    reopened: decision.action === 'reopen',
    severityRose: !created && before !== null && isMoreSevere(incident.severity, before.severity),
    triage,
  };
}

/** A signature that a storm brings along was looked at when its incident was. */
function findLastTriage(action: BridgeAction, view: BridgeView, before: CandidateRow | null): number | null {
  const ofIncidentAt = action === 'storm-join' ? (before?.last_triage_at ?? null) : null;
  if (ofIncidentAt === null) return view.signatureTriagedAt;
  return Math.max(ofIncidentAt, view.signatureTriagedAt ?? 0);
}
