import type { AlertReport, RouteFacts } from '../core/hand-over.ts';
import { type FactsMatch, matchesFacts } from '../core/match.ts';
import { componentOf } from './new-alert.ts';

/** How long after its last repeat an alert is still the same problem, where nobody says otherwise. */
export const defaultTtlMs = 30 * 60_000;

/** What of a route decides how long an alert that it takes is still the same problem. */
export type TtlRoute = { match: FactsMatch; dedupeTtlMs: number | null; continue: boolean };

/** Answers the time of the first route that takes the report and names one; routes are asked in order, as for messages. Null: none does. */
export function findRouteTtl(routes: readonly TtlRoute[], report: AlertReport): number | null {
  if (!routes.some(({ dedupeTtlMs }) => dedupeTtlMs !== null)) return null;
  const facts = reportFacts(report);
  for (const route of routes) {
    if (!matchesFacts(route.match, facts)) continue;
    if (route.dedupeTtlMs !== null || !route.continue) return route.dedupeTtlMs;
  }
  return null;
}

/** Answers what routes look at of a report. */
export function reportFacts(report: AlertReport): RouteFacts {
  const { severity, env, service, kind, source, labels } = report;
  const component = componentOf(report);
  return { severity, env, service, kind, source, labels, components: component === null ? [] : [component] };
}
