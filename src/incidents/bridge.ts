import type { RoutingPolicy } from '../config/types.ts';
import type { Severity } from '../core/severity.ts';
import type { AlertRow, Ctx, IncidentRow, Question } from '../store/index.ts';
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
  countRecentSignatures,
  type HolderRow,
  holdServices,
  nameService,
  nameSignature,
  type ServiceCountRow,
  type SignatureKey,
  type SignatureTriageRow,
  selectIncidentsOfSignatures,
  selectNeighbours,
  selectTriageTimes,
} from './queries-view.ts';
import { type BridgePlan, writeBridges } from './write-bridge.ts';

export type BridgeOptions = {
  /** The most severe that this alert can make an incident; null: no cap. */
  severityCap: Severity | null;
  /** How long after its last alert an incident takes in another; null: the policy's default. */
  dedupeWindowMs: number | null;
  policy: RoutingPolicy['defaults'];
  autoTriage: boolean;
  /** False once a pass has opened, or had triaged, as many as it may: then nothing is planned. */
  mayCreate: boolean;
  mayTriage: boolean;
};

/** What is known while the service is held, so that it is true until the commit. */
export type BridgeView = {
  facts: BridgeFacts;
  rows: ReadonlyMap<string, CandidateRow>;
  signatureTriagedAt: number | null;
};

export type Deferred = { done: false; reason: 'max_incidents_per_run' | 'max_triages_per_run' };

/**
 * Holds the services and envs of alerts until the commit, and asks what decides about each, in their order. In the open
 * transaction, before any alert is locked: all who need both take them in this order.
 */
export function viewBridges(
  ctx: Ctx,
  keys: readonly SignatureKey[],
  policy: RoutingPolicy['defaults'],
): Question<BridgeView[]> {
  const sinceMs = ctx.clock.now() - policy.groupWindowMs;
  const asked = {
    signatures: keys.map(({ signature }) => signature),
    services: keys.map(({ service }) => service),
    envs: [...new Set(keys.map(({ env }) => env))],
    failureNames: keys.map(nameSignature),
    serviceNames: keys.map(nameService),
  };
  return {
    statements: [
      ...holdServices(ctx, keys),
      selectIncidentsOfSignatures(ctx, null, asked),
      selectNeighbours(ctx, null, asked),
      selectTriageTimes(ctx, null, asked),
      countRecentSignatures(ctx, { bound: policy.stormThreshold }, { ...asked, sinceMs }),
    ],
    read: (rows) => readViews(keys, rows.slice(-4) as Seen),
  };
}

type Seen = [HolderRow[], CandidateRow[], SignatureTriageRow[], ServiceCountRow[]];

function readViews(keys: readonly SignatureKey[], [held, neighbours, triages, counts]: Seen): BridgeView[] {
  const heldBy = Map.groupBy(held, (row) =>
    nameSignature({ signature: row.held_signature, env: row.held_env }),
  );
  const neighbourOf = new Map(neighbours.map((row) => [nameService(row), row]));
  const triagedAt = new Map(triages.map((row) => [nameSignature(row), row.last_triage_at]));
  const countOf = new Map(counts.map((row) => [nameService(row), row.recent_signatures]));
  return keys.map((key) => {
    const signature = nameSignature(key);
    const ofSignature = heldBy.get(signature) ?? [];
    const holder = ofSignature.find((row) => row.left_at === null) ?? null;
    const former = ofSignature.find((row) => row.left_at !== null) ?? null;
    const neighbour = neighbourOf.get(nameService(key)) ?? null;
    return {
      facts: {
        holder: holder && toState(holder),
        former: former && toState(former),
        neighbour: neighbour && toState(neighbour),
        recentSignatures: countOf.get(nameService(key)) ?? 0,
      },
      rows: new Map([neighbour, ...ofSignature].flatMap((row) => (row ? [[row.incident_id, row]] : []))),
      signatureTriagedAt: triagedAt.get(signature) ?? null,
    };
  });
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

/** Decides which incident an alert becomes part of, by the view of the open transaction; writes nothing. */
export function planBridge(
  ctx: Ctx,
  alert: AlertRow,
  view: BridgeView,
  options: BridgeOptions,
): BridgePlan | Deferred {
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
  const creates = decision.action === 'create' || decision.action === 'supersede';
  if (creates && !options.mayCreate) return { done: false, reason: 'max_incidents_per_run' };
  const before = decision.incident ? (view.rows.get(decision.incident.incidentId) ?? null) : null;
  const lastTriageAt = findLastTriage(decision.action, view, before);
  const triage = options.autoTriage
    ? decideTriage(lastTriageAt, nowMs, options.policy.triageCooldownMs)
    : null;
  if (triage?.run && !options.mayTriage) return { done: false, reason: 'max_triages_per_run' };
  return { done: true, alert, decision, before, triage, lastTriageAt, creates };
}

/**
 * Makes alerts part of incidents as planned, in the open transaction that also made their views; the only way alerts
 * become incidents. No two of the plans may be about one incident or one signature.
 */
export async function alertsToIncidents(
  ctx: Ctx,
  plans: readonly BridgePlan[],
  reserved: readonly number[],
): Promise<Bridged[]> {
  const written = await writeBridges(ctx, plans, reserved);
  return written.map(({ plan, incident, superseded }): Bridged => {
    const { decision, before, triage, creates, alert } = plan;
    return {
      alert,
      action: decision.action,
      reason: decision.reason,
      incident,
      superseded,
      created: creates,
      deduped: decision.action === 'join' || decision.action === 'storm-join',
      reopened: decision.action === 'reopen',
      severityRose: !creates && before !== null && isMoreSevere(incident.severity, before.severity),
      triage,
    };
  });
}

export type Bridged = {
  alert: AlertRow;
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

/** A signature that a storm brings along was looked at when its incident was. */
function findLastTriage(action: BridgeAction, view: BridgeView, before: CandidateRow | null): number | null {
  const ofIncidentAt = action === 'storm-join' ? (before?.last_triage_at ?? null) : null;
  if (ofIncidentAt === null) return view.signatureTriagedAt;
  return Math.max(ofIncidentAt, view.signatureTriagedAt ?? 0);
}
