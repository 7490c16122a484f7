import type { RouteConfig, RouteMatch } from '../config/types.ts';
import type { RouteFacts } from '../core/hand-over.ts';
import { severityRank } from '../core/severity.ts';

export type MatchedRoute = { route: RouteConfig; channels: readonly string[] };

/**
 * Answers the routes that the facts take, in order, with the channels that no earlier one has: the first match wins
 * unless it says `continue`. A route whose floor is above the severity matches and sends nothing.
 */
export function matchRoutes(
  routes: readonly RouteConfig[],
  facts: RouteFacts,
  onlyRoutes: readonly string[] | null,
): MatchedRoute[] {
  const matched: MatchedRoute[] = [];
  const taken = new Set<string>();
  for (const route of routes) {
    if (onlyRoutes && !onlyRoutes.includes(route.name)) continue;
    if (!doesMatch(route.match, facts)) continue;
    if (severityRank(facts.severity) <= severityRank(route.severityFloor)) {
      const channels = [...new Set(route.channels)].filter((channel) => !taken.has(channel));
      for (const channel of channels) taken.add(channel);
      matched.push({ route, channels });
    }
    if (!route.continue) break;
  }
  return matched;
}

function doesMatch(match: RouteMatch, facts: RouteFacts): boolean {
  return (
    isOneOf(match.severity, facts.severity) &&
    isOneOf(match.env, facts.env) &&
    isOneOf(match.service, facts.service) &&
    isOneOf(match.kind, facts.kind) &&
    isOneOf(match.source, facts.source) &&
    (match.component === undefined || match.component.some((id) => facts.components.includes(id))) &&
    Object.entries(match.labels ?? {}).every(([name, value]) => facts.labels[name] === value)
  );
}

function isOneOf<Value>(allowed: readonly Value[] | undefined, value: Value): boolean {
  return allowed === undefined || allowed.includes(value);
}
