import { configuredSilences, decideState, reportFacts, type Silence } from '../alerts/index.ts';
import type { ComponentConfig, Config } from '../config/types.ts';
import { matchesFacts } from '../core/match.ts';
import {
  type CheckResult,
  type ComponentGraph,
  type MaintenanceNote,
  reportRecovery,
} from '../health/index.ts';

/** Planned work on a component that is under way. */
export type UnderMaintenance = { name: string; fromMs: number; untilMs: number };

/**
 * Answers for each component the maintenance that would hold its own alert now, of several the one that lasts longest;
 * null: none.
 */
export function createMaintenanceTest(
  config: Config,
  nowMs: number,
): (component: ComponentConfig) => UnderMaintenance | null {
  const plans = configuredSilences(config).filter(({ kind }) => kind === 'maintenance');
  if (plans.length === 0) return () => null;
  const known = new Map<Silence, UnderMaintenance[]>();
  // Asked after the match, and once: it is asked at each result, and the arithmetic of cron and zones costs more than to keep it.
  const workOf = (plan: Silence) => {
    const work = known.get(plan) ?? findWork(plan, nowMs);
    known.set(plan, work);
    return work;
  };
  return (component) => {
    const facts = reportFacts(reportRecovery(component, ''));
    const severities = component.critical ? (['P0', 'P2'] as const) : (['P1', 'P2'] as const);
    const found = plans
      .filter(({ match }) => severities.some((severity) => matchesFacts(match, { ...facts, severity })))
      .flatMap(workOf)
      .toSorted((a, b) => b.untilMs - a.untilMs);
    return found[0] ?? null;
  };
}

function findWork({ id, schedule }: Silence, nowMs: number): UnderMaintenance[] {
  const { state, startsAt, endsAt } = decideState(schedule, nowMs);
  if (state !== 'active' || startsAt === null || endsAt === null) return [];
  return [{ name: id.slice(id.indexOf(':') + 1), fromMs: startsAt, untilMs: endsAt }];
}

/**
 * Answers the planned work that is under way on components with results, each component once: up to when their next
 * results are due, as nobody knows whether it stays in the file until its end.
 */
export function listWorkUnderWay(
  config: Config,
  nowMs: number,
  results: readonly CheckResult[],
  graph: Pick<ComponentGraph, 'find'>,
): MaintenanceNote[] {
  const maintenanceOf = createMaintenanceTest(config, nowMs);
  const notes = new Map<string, MaintenanceNote>();
  for (const { component: id, check, at } of results) {
    const component = graph.find(id);
    const work = component && maintenanceOf(component);
    if (!work) continue;
    const intervalMs = component.checks.find(({ name }) => name === check)?.intervalMs ?? 0;
    const nextMs = Math.max(at + intervalMs, notes.get(id)?.untilMs ?? 0);
    notes.set(id, { component: id, fromMs: work.fromMs, untilMs: Math.min(work.untilMs, nextMs) });
  }
  return [...notes.values()];
}
