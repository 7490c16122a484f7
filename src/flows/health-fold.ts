import { type CheckOutcome, type CheckState, decideCheck, initialCheckState } from '../checks/index.ts';
import type { CheckConfig, ComponentConfig } from '../config/types.ts';
import type { AlertReport } from '../core/hand-over.ts';
import { toStorable } from '../core/text.ts';
import {
  type AlertDecision,
  type CheckRecord,
  type ComponentChange,
  type ComponentGraph,
  type ComponentState,
  decideAlert,
  decideComponent,
  type HealthWrites,
  isFailing,
  judgeChecks,
  reportFailure,
  reportRecovery,
  type Verdict,
  weighUpstreams,
} from '../health/index.ts';

/** What a target said may hold anything. */
const maxDetailLength = 200;

/** A result of a scheduled check, on its way to the store. */
export type Probed = {
  componentId: string;
  check: CheckConfig;
  outcome: CheckOutcome;
  /** When the answer was there. */
  at: number;
  /** Whether an upstream, probed because of this very result, was down. */
  isUpstreamDown: boolean;
};

export type KnownHealth = { records: readonly CheckRecord[]; states: readonly ComponentState[] };

/** A failure that counts as that of what the component needs. */
export type HeldFailure = { component: string; upstreams: readonly string[] };

export type HealthFold = HealthWrites & { reports: AlertReport[]; held: HeldFailure[] };

type Folding = {
  graph: ComponentGraph;
  records: Map<string, Map<string, CheckRecord>>;
  states: Map<string, ComponentState>;
  touchedChecks: Map<string, CheckRecord>;
  touchedStates: Map<string, ComponentState>;
  changes: ComponentChange[];
  reports: AlertReport[];
  held: HeldFailure[];
};

/** Applies results in order to what is known: what to write, and what to tell the alerts. Results of what is not configured any more are left out. */
export function foldProbed(
  graph: ComponentGraph,
  probed: readonly Probed[],
  { records, states }: KnownHealth,
): HealthFold {
  const folding: Folding = {
    graph,
    records: new Map(),
    states: new Map(states.map((state) => [state.component, state])),
    touchedChecks: new Map(),
    touchedStates: new Map(),
    changes: [],
    reports: [],
    held: [],
  };
  for (const record of records) recordsOf(folding, record.component).set(record.check, record);
  for (const one of probed) {
    const component = graph.find(one.componentId);
    if (component && isScheduled(component, one.check.name)) foldOne(folding, component, one);
  }
  return {
    records: [...folding.touchedChecks.values()],
    states: [...folding.touchedStates.values()],
    changes: folding.changes,
    reports: folding.reports,
    held: folding.held,
  };
}

function isScheduled({ checks }: ComponentConfig, check: string): boolean {
  return checks.some(({ name, intervalMs }) => name === check && intervalMs !== null);
}

/** Answers the record of a check after an outcome. */
export function foldOutcome(
  component: string,
  check: CheckConfig,
  before: CheckRecord | null,
  outcome: CheckOutcome,
  at: number,
): CheckRecord {
  // Reasons are read back as the texts that the checks wrote.
  const state = before ? (before as CheckRecord & Pick<CheckState, 'reason'>) : initialCheckState(at);
  const { next } = decideCheck(state, outcome, at, check);
  const detail = next.detail && toStorable(next.detail, maxDetailLength);
  return { ...next, component, check: check.name, detail, checkedAt: next.checkedAt ?? at };
}

function foldOne(folding: Folding, component: ComponentConfig, probed: Probed): void {
  const { id } = component;
  const { check, outcome, at } = probed;
  const checks = recordsOf(folding, id);
  const record = foldOutcome(id, check, checks.get(check.name) ?? null, outcome, at);
  checks.set(check.name, record);
  folding.touchedChecks.set(`${id}/${check.name}`, record);

  const before = folding.states.get(id) ?? null;
  const verdict = judge(folding, component, probed, before);
  const { next, change } = decideComponent(id, before, verdict, at);
  folding.states.set(id, next);
  folding.touchedStates.set(id, next);
  if (change) folding.changes.push(change);
  const result = { isFailure: isFailing(outcome.status), isChange: change !== null };
  const decision = decideAlert(verdict, component.critical, result);
  const report = makeReport(folding, component, verdict, decision);
  if (report) folding.reports.push(report);
  if (decision.reason === 'upstream_down' && result.isFailure)
    folding.held.push({
      component: id,
      upstreams: downUpstreams(folding, id).map((state) => state.component),
    });
}

function judge(
  { graph, records, states }: Folding,
  component: ComponentConfig,
  { at, isUpstreamDown }: Probed,
  before: ComponentState | null,
): Verdict {
  const verdict = judgeChecks([...(records.get(component.id)?.values() ?? [])]);
  const upstreams = upstreamStates({ graph, states }, component.id);
  const decisive = component.checks.find(({ name }) => name === verdict.check?.check);
  return weighUpstreams(
    verdict,
    before,
    {
      isDown: isUpstreamDown || upstreams.some(({ status }) => status === 'down'),
      lastChangeAt: upstreams.length === 0 ? null : Math.max(...upstreams.map(({ since }) => since)),
    },
    { failures: decisive?.failuresToDown ?? 1, intervalMs: decisive?.intervalMs ?? 0 },
    at,
  );
}

type Graphed = Pick<Folding, 'graph' | 'states'>;

function upstreamStates({ graph, states }: Graphed, id: string): ComponentState[] {
  return [...graph.upstreamsOf(id)].flatMap((upstream) => states.get(upstream) ?? []);
}

function downUpstreams(graphed: Graphed, id: string): ComponentState[] {
  return upstreamStates(graphed, id).filter(({ status }) => status === 'down');
}

function makeReport(
  { graph }: Folding,
  component: ComponentConfig,
  verdict: Verdict,
  decision: AlertDecision,
): AlertReport | null {
  switch (decision.action) {
    case 'fire': {
      const dependants = verdict.status === 'down' ? graph.dependantsOf(component.id).size : 0;
      return reportFailure(component, verdict, decision.severity, dependants);
    }
    case 'resolve':
      return reportRecovery(component, 'its checks are ok again');
    case 'none':
      return null;
  }
}

function recordsOf({ records }: Folding, component: string): Map<string, CheckRecord> {
  const known = records.get(component) ?? new Map<string, CheckRecord>();
  records.set(component, known);
  return known;
}
