import { configuredSilences, decideState, reportFacts } from '../alerts/index.ts';
import type { ComponentConfig, Config } from '../config/types.ts';
import { matchesFacts } from '../core/match.ts';
import { reportRecovery } from '../health/index.ts';

/** Planned work on a component that is under way. */
export type UnderMaintenance = { name: string; untilMs: number };

/**
 * Answers for each component the maintenance that would hold its own alert now, of several the one that lasts longest;
 * null: none.
 */
export function createMaintenanceTest(
  config: Config,
  nowMs: number,
): (component: ComponentConfig) => UnderMaintenance | null {
  const active = configuredSilences(config).flatMap(({ kind, id, match, schedule }) => {
    if (kind !== 'maintenance') return [];
    const { state, endsAt } = decideState(schedule, nowMs);
    const name = id.slice(id.indexOf(':') + 1);
    return state === 'active' && endsAt !== null ? [{ name, match, untilMs: endsAt }] : [];
  });
  active.sort((a, b) => b.untilMs - a.untilMs);
  return (component) => {
    const facts = reportFacts(reportRecovery(component, ''));
    const severities = component.critical ? (['P0', 'P2'] as const) : (['P1', 'P2'] as const);
    const found = active.find(({ match }) =>
      severities.some((severity) => matchesFacts(match, { ...facts, severity })),
    );
    return found ? { name: found.name, untilMs: found.untilMs } : null;
  };
}
