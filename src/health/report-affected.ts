import { affectedKey } from '../core/components.ts';
import type { AlertReport } from '../core/hand-over.ts';
import { severityRank } from '../core/severity.ts';
import { severityOf } from './decide.ts';
import { describeDependants, describeFailure, reportBase } from './report.ts';
import type { Verdict } from './types.ts';

type Component = { id: string; name: string };

/** A component that still fails after the return of what it failed with. */
export type Affected = Component & {
  critical: boolean;
  verdict: Verdict;
  /** How many need it. */
  dependants: number;
};

/** As many are told one by one; the annotation names more. */
const mostTold = 10;
/** What an annotation may hold. */
const maxAnnotationLength = 2000;

/** Answers the report that fires the one alert of all that still fail after the return of an upstream, or repeats it. At least one. */
export function reportAffected(upstream: Component, affected: readonly Affected[]): AlertReport {
  const ranked = affected
    .map((one) => ({ ...one, severity: severityOf(one.verdict.status, one.critical) }))
    .toSorted((a, b) => severityRank(a.severity) - severityRank(b.severity) || (a.id < b.id ? -1 : 1));
  const told = ranked.slice(0, mostTold);
  const more = ranked.length > told.length ? ` and ${ranked.length - told.length} more` : '';
  return {
    ...reportOf(upstream),
    severity: ranked[0]?.severity ?? 'P2',
    // Of a repeat an alert takes the message only, so that the title must hold for one and for many.
    title: `Dependants of ${upstream.name} still fail after its return`,
    message: [`Affected: ${told.map(({ name }) => name).join(', ')}${more}.`, ...told.map(describe)].join(
      '\n',
    ),
    status: 'firing',
    annotations: { [affectedKey]: joinIds(ranked.map(({ id }) => id)) },
  };
}

/** Answers the report that ends it, with the reason that its history shows. */
export function reportUnaffected(upstream: Component, reason: string): AlertReport {
  return {
    ...reportOf(upstream),
    title: `Dependants of ${upstream.name} are ok`,
    message: reason,
    status: 'resolved',
  };
}

/** It is about no component of its own: a label would make the upstream, which is well, look as if it were not. */
function reportOf({ id }: Component): Omit<AlertReport, 'title' | 'message' | 'status'> {
  return { ...reportBase(id, 'INFO'), labels: {}, fingerprint: `health:${id}:${affectedKey}` };
}

function describe({ name, verdict, dependants }: Affected): string {
  const why = verdict.check ? [describeFailure(verdict.check)] : [];
  return [`${name} is ${verdict.status}.`, ...why, ...describeDependants(dependants)].join(' ');
}

function joinIds(ids: readonly string[]): string {
  let joined = '';
  for (const id of ids) {
    const longer = joined === '' ? id : `${joined},${id}`;
    if (longer.length > maxAnnotationLength) break;
    joined = longer;
  }
  return joined;
}
