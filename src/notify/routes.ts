import type { RouteConfig } from '../config/types.ts';
import type { RouteFacts } from '../core/hand-over.ts';
import { matchesFacts } from '../core/match.ts';
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
    if (!matchesFacts(route.match, facts)) continue;
    if (severityRank(facts.severity) <= severityRank(route.severityFloor)) {
      const channels = [...new Set(route.channels)].filter((channel) => !taken.has(channel));
      for (const channel of channels) taken.add(channel);
      matched.push({ route, channels });
    }
    if (!route.continue) break;
  }
  return matched;
}
