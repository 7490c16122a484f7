import { type CheckOutcome, type CheckState, decideCheck, initialCheckState } from '../checks/index.ts';
import type { CheckConfig, ComponentConfig } from '../config/types.ts';
import type { AlertReport } from '../core/hand-over.ts';
import { toStorable } from '../core/text.ts';
import {
  type AlertDecision,
  type CheckRecord,
  type CheckResult,
  type ComponentChange,
  type ComponentGraph,
  type ComponentState,
  decideAlert,
  decideComponent,
  decideStepTime,
  describeEnd,
  findReturned,
  type HealthWrites,
  isFailing,
  isTellingOver,
  judgeChecks,
  recovered,
  reportFailure,
  reportRecovery,
  tellerOf,
  type Verdict,
  weighUpstreams,
} from '../health/index.ts';
import { groupOf, reportGroup } from './health-groups.ts';

/** What a target said may hold anything. */
const maxDetailLength = 200;

/** A result of a scheduled check, on its way to the store. */
export type Probed = {
  componentId: string;
  check: CheckConfig;
  outcome: CheckOutcome;
  /** When it was known what the answer counts as. */
  at: number;
  /** Whether an upstream, probed because of this very result, was down. */
  isUpstreamDown: boolean;
};

export type KnownHealth = { records: readonly CheckRecord[]; states: readonly ComponentState[] };

/** A failure that counts as that of what the component needs. */
export type HeldFailure = {
  component: string;
  toldBy: string | null;
  /** Those that are down. */
  upstreams: readonly ComponentState[];
};

export type HealthFold = Omit<HealthWrites, 'maintenance'> & {
  reports: AlertReport[];
  /** Those of the reports that tell of more components than before. */
  grown: ReadonlySet<AlertReport>;
  held: HeldFailure[];
};

type Folding = {
  graph: ComponentGraph;
  nowMs: number;
  records: Map<string, Map<string, CheckRecord>>;
  states: Map<string, ComponentState>;
  touchedChecks: Map<string, CheckRecord>;
  touchedStates: Map<string, ComponentState>;
  changes: ComponentChange[];
  reports: AlertReport[];
  held: HeldFailure[];
  /** Upstreams of whose dependants there is something to say together, and whether there are more of them now. */
  groups: Map<string, { hasGrown: boolean }>;
};

/** Applies results in order to what is known: what to write, and what to tell the alerts. Results of what is not configured any more are left out. */
export function foldProbed(
  graph: ComponentGraph,
  probed: readonly Probed[],
  { records, states }: KnownHealth,
  nowMs: number,
): HealthFold {
  const folding: Folding = {
    graph,
    nowMs,
    records: new Map(),
    states: new Map(states.map((state) => [state.component, state])),
    touchedChecks: new Map(),
    touchedStates: new Map(),
    changes: [],
    reports: [],
    held: [],
    groups: new Map(),
  };
  for (const record of records) recordsOf(folding, record.component).set(record.check, record);
  const results: CheckResult[] = [];
  for (const one of probed) {
    const component = graph.find(one.componentId);
    if (!component || !isScheduled(component, one.check.name)) continue;
    foldOne(folding, component, one);
    results.push(toResult(one));
  }
  const grouped = reportGroups(folding);
  return {
    records: [...folding.touchedChecks.values()],
    states: [...folding.touchedStates.values()],
    changes: folding.changes,
    results,
    reports: [...folding.reports, ...grouped.map(({ report }) => report)],
    grown: new Set(grouped.flatMap(({ report, hasGrown }) => (hasGrown ? [report] : []))),
    held: folding.held,
  };
}

/** Once for all results, so that those that come together are told as one. */
function reportGroups(folding: Folding): { report: AlertReport; hasGrown: boolean }[] {
  const { graph, states } = folding;
  const recordsOf = (component: string) => folding.records.get(component)?.values() ?? [];
  return [...folding.groups].map(([upstream, { hasGrown }]) => ({
    report: reportGroup(upstream, { graph, states: states.values(), recordsOf }, recovered),
    hasGrown,
  }));
}

function isScheduled({ checks }: ComponentConfig, check: string): boolean {
  return checks.some(({ name, intervalMs }) => name === check && intervalMs !== null);
}

function toResult({ componentId, check, outcome: { status, latencyMs }, at }: Probed): CheckResult {
  return { component: componentId, check: check.name, status, latencyMs, at };
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
  const returned = findReturned(upstreamStates(folding, id));
  const stepAt = decideStepTime(before, at, folding.nowMs);
  const { next, change } = decideComponent(id, before, verdict, stepAt, returned);
  folding.states.set(id, next);
  folding.touchedStates.set(id, next);
  if (change) folding.changes.push(change);
  const hasJoined = noteGroup(folding, before, next);
  const isChange = change !== null || hasJoined || isTellingOver(before, next);
  const isFailure = isFailing(outcome.status);
  const decision = decideAlert(verdict, component.critical, { isFailure, isChange });
  const group = groupOf(id, next.toldBy);
  if (group !== null && decision.action === 'fire') repeatGroup(folding, group);
  else folding.reports.push(...reportOwn(folding, component, verdict, decision));
  if (decision.reason === 'upstream_down' && isFailure)
    folding.held.push({ component: id, toldBy: next.toldBy, upstreams: downUpstreams(folding, id) });
}

/** Notes the groups that the component joins or leaves, and answers whether it joins one. */
function noteGroup(folding: Folding, before: ComponentState | null, next: ComponentState): boolean {
  const { component } = next;
  const from = before && groupOf(component, tellerOf(before));
  const to = groupOf(component, next.toldBy);
  if (from === to) return false;
  if (from !== null) repeatGroup(folding, from);
  if (to !== null) folding.groups.set(to, { hasGrown: true });
  return to !== null;
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
      // Of what nobody keeps results of the return is not seen: it is as long ago as the failure.
      lastChangeAt:
        upstreams.length === 0 ? (before?.since ?? null) : Math.max(...upstreams.map(({ since }) => since)),
    },
    {
      failures: decisive?.failuresToDown ?? 1,
      intervalMs: decisive?.intervalMs ?? 0,
      kOfN: decisive?.kOfN ?? null,
    },
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

/** What is told of a component together with others is said at the end, once for all of them. */
function repeatGroup({ groups }: Folding, group: string): void {
  if (!groups.has(group)) groups.set(group, { hasGrown: false });
}

/** Answers the report of the component's own alert, where there is one to make. */
function reportOwn(
  { graph }: Folding,
  component: ComponentConfig,
  verdict: Verdict,
  decision: AlertDecision,
): AlertReport[] {
  switch (decision.action) {
    case 'fire': {
      const dependants = verdict.status === 'down' ? graph.dependantsOf(component.id).size : 0;
      return [reportFailure(component, verdict, decision.severity, dependants)];
    }
    case 'resolve':
      return [reportRecovery(component, describeEnd(verdict))];
    case 'none':
      return [];
  }
}

function recordsOf({ records }: Folding, component: string): Map<string, CheckRecord> {
  const known = records.get(component) ?? new Map<string, CheckRecord>();
  records.set(component, known);
  return known;
}
