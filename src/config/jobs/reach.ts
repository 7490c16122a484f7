import type { RouteFacts } from '../../core/hand-over.ts';
import { explainMatch } from '../../core/match.ts';
import { severityRank } from '../../core/severity.ts';
import type { ProfileConfig, TaskConfig } from '../jobs-types.ts';
import type { RouteConfig } from '../types.ts';

/** Answers whether somebody would hear of a failure of the profile; yes where it cannot fail. Tests of labels count as met, for nobody knows all labels beforehand. */
export function reachesSomebody(profile: ProfileConfig, routes: readonly RouteConfig[]): boolean {
  const tasks = profile.tasks.filter(({ enabled }) => enabled);
  if (!profile.enabled || tasks.length === 0) return true;
  if (profile.route !== null)
    return routes.some(({ name, channels }) => name === profile.route && channels.length > 0);
  return tasks.some((task) => isRouted(failureFacts(profile, task), routes));
}

function failureFacts(profile: ProfileConfig, task: TaskConfig): RouteFacts {
  return {
    severity: task.severity ?? 'P2',
    env: 'prod',
    service: task.service ?? profile.name,
    kind: 'job_failure',
    components: task.component === null ? [] : [task.component],
    source: `job:${profile.name}`,
    labels: {},
  };
}

function isRouted(facts: RouteFacts, routes: readonly RouteConfig[]): boolean {
  for (const route of routes) {
    const wrong = explainMatch(route.match, facts);
    if (wrong.some(({ key }) => !key.startsWith('labels.'))) continue;
    const isHeard = severityRank(facts.severity) <= severityRank(route.severityFloor);
    if (isHeard && route.channels.length > 0) return true;
    const isCertain = wrong.length === 0;
    if (isCertain && !route.continue) return false;
  }
  return false;
}
