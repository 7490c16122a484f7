import type { RouteConfig } from '../config/types.ts';
import type { RouteFacts } from '../core/hand-over.ts';
import { explainMatch, type Mismatch } from '../core/match.ts';
import { severityRank } from '../core/severity.ts';

export type MatchedRoute = { route: RouteConfig; channels: readonly string[] };

/** What a route says to something that people should hear of. */
export type RouteVerdict = { route: RouteConfig } & (
  | { verdict: 'sends'; channels: readonly string[] }
  /** It takes it, and tells nobody: it has no channels, or they have it already. */
  | { verdict: 'mutes' }
  | { verdict: 'below_severity_floor' }
  | { verdict: 'mismatch'; mismatches: readonly Mismatch[] }
  /** The rule of the policy names other routes. */
  | { verdict: 'not_asked' }
  /** An earlier one took it. */
  | { verdict: 'not_reached' }
);

/** Answers what each route says to the facts, in order: the first match wins unless it says `continue`. */
export function explainRoutes(
  routes: readonly RouteConfig[],
  facts: RouteFacts,
  onlyRoutes: readonly string[] | null,
): RouteVerdict[] {
  const taken = new Set<string>();
  let isTaken = false;
  return routes.map((route): RouteVerdict => {
    if (isTaken) return { route, verdict: 'not_reached' };
    if (onlyRoutes && !onlyRoutes.includes(route.name)) return { route, verdict: 'not_asked' };
    const mismatches = explainMatch(route.match, facts);
    if (mismatches.length > 0) return { route, verdict: 'mismatch', mismatches };
    isTaken = !route.continue;
    if (severityRank(facts.severity) > severityRank(route.severityFloor))
      return { route, verdict: 'below_severity_floor' };
    const channels = [...new Set(route.channels)].filter((channel) => !taken.has(channel));
    for (const channel of channels) taken.add(channel);
    return channels.length > 0 ? { route, verdict: 'sends', channels } : { route, verdict: 'mutes' };
  });
}

/**
 * Answers the routes that the facts take, in order, with the channels that no earlier one has. A route whose floor is
 * above the severity matches and sends nothing.
 */
export function matchRoutes(
  routes: readonly RouteConfig[],
  facts: RouteFacts,
  onlyRoutes: readonly string[] | null,
): MatchedRoute[] {
  return explainRoutes(routes, facts, onlyRoutes).flatMap((said): MatchedRoute[] => {
    if (said.verdict === 'sends') return [{ route: said.route, channels: said.channels }];
    return said.verdict === 'mutes' ? [{ route: said.route, channels: [] }] : [];
  });
}
