import { keyReport } from '../alerts/index.ts';
import type { AlertReport } from '../core/hand-over.ts';
import {
  type Affected,
  type CheckRecord,
  type ComponentGraph,
  type ComponentState,
  judgeChecks,
  reportAffected,
  reportRecovery,
  reportUnaffected,
} from '../health/index.ts';

export type KnownGroups = {
  graph: ComponentGraph;
  /** Of all that are told of together, and others. */
  states: Iterable<ComponentState>;
  /** Answers what the checks of a component last said. */
  recordsOf(component: string): Iterable<CheckRecord>;
};

/** Answers the upstream in whose return's alert the component is told of together with others; null: its own alert tells of it, or none. */
export function groupOf(component: string, teller: string | null): string | null {
  return teller === component ? null : teller;
}

/** Answers what is to be said now of those that still fail after the return of an upstream; `endReason`: why it is over where none does. */
export function reportGroup(upstream: string, known: KnownGroups, endReason: string): AlertReport {
  const named = { id: upstream, name: known.graph.find(upstream)?.name ?? upstream };
  const affected = [...known.states]
    .filter(({ component, toldBy }) => groupOf(component, toldBy) === upstream)
    .map((state) => describeAffected(state, known));
  return affected.length > 0 ? reportAffected(named, affected) : reportUnaffected(named, endReason);
}

function describeAffected(
  { component: id, status, reason }: ComponentState,
  { graph, recordsOf }: KnownGroups,
): Affected {
  const { name = id, critical = false } = graph.find(id) ?? {};
  const { check } = judgeChecks([...recordsOf(id)]);
  const dependants = status === 'down' ? graph.dependantsOf(id).size : 0;
  return { id, name, critical, verdict: { status, reason, check }, dependants };
}

/** Answers the key of the alert that tells of a component. */
export function keyOfTeller(component: string, teller: string): string {
  const named = { id: teller, name: teller };
  const report =
    groupOf(component, teller) === null ? reportRecovery(named, '') : reportUnaffected(named, '');
  return keyReport(report, null).dedupeKey;
}
