import { type ComponentAlerts, countComponentAlerts } from '../alerts/index.ts';
import type { ComponentConfig } from '../config/types.ts';
import { AppError } from '../core/errors.ts';
import {
  type CheckRecord,
  type ComponentState,
  listCheckRecords,
  listComponentStates,
  type ShownHealth,
  showHealth,
} from '../health/index.ts';
import type { FlowCtx } from './context.ts';
import { createMaintenanceTest, type UnderMaintenance } from './find-maintenance.ts';
import { foldOutcome } from './health-fold.ts';
import type { CheckRun } from './health-runs.ts';

/** A component with what it shows now, and what each of its checks last said. */
export type ComponentHealth = {
  component: ComponentConfig;
  shown: ShownHealth;
  /** What is measured counts all the same. Null: no planned work is under way. */
  maintenance: UnderMaintenance | null;
  /** By check name; a check that never ran is missing. */
  records: ReadonlyMap<string, CheckRecord>;
};

/**
 * Answers what components show. Scheduled checks answer by their last result, whatever its age; checks on demand run
 * now, all at once, unless a recent run of theirs is kept; `isFresh` runs all checks now and judges by that alone.
 */
export async function readHealth(
  ctx: FlowCtx,
  components: readonly ComponentConfig[],
  isFresh: boolean,
): Promise<ComponentHealth[]> {
  const ids = components.map(({ id }) => id);
  const [records, states, alerts, asked] = await Promise.all([
    isFresh ? [] : listCheckRecords(ctx, ids),
    listComponentStates(ctx, ids),
    countComponentAlerts(ctx, ids),
    Promise.all(components.map((component) => askChecks(ctx, component, isFresh))),
  ]);
  const recordsOf = Map.groupBy(records, ({ component }) => component);
  const stateOf = new Map(states.map((state) => [state.component, state]));
  const alertsOf = Map.groupBy(alerts, ({ component }) => component);
  const maintenanceOf = createMaintenanceTest(ctx.config, ctx.clock.now());
  return components.map((component, i) => ({
    ...show(component, isFresh, {
      state: stateOf.get(component.id) ?? null,
      scheduled: recordsOf.get(component.id) ?? [],
      asked: asked[i] ?? [],
      alerts: alertsOf.get(component.id) ?? [],
    }),
    maintenance: maintenanceOf(component),
  }));
}

/** As `readHealth`, of one component. Throws NOT_FOUND. */
export async function readComponentHealth(
  ctx: FlowCtx,
  id: string,
  isFresh: boolean,
): Promise<ComponentHealth> {
  const components = ctx.config.components.filter((component) => component.id === id);
  const [health] = await readHealth(ctx, components, isFresh);
  if (!health) throw new AppError('NOT_FOUND', `no component ${JSON.stringify(id)} is configured`);
  return health;
}

type Found = {
  state: ComponentState | null;
  scheduled: readonly CheckRecord[];
  asked: readonly CheckRecord[];
  alerts: readonly ComponentAlerts[];
};

function show(
  component: ComponentConfig,
  isFresh: boolean,
  { state, scheduled, asked, alerts }: Found,
): Omit<ComponentHealth, 'maintenance'> {
  const scheduledNames = new Set(
    component.checks.filter(({ intervalMs }) => intervalMs !== null).map(({ name }) => name),
  );
  // What another process watched by an older configuration is none of this one's checks.
  const known = scheduled.filter(({ check }) => scheduledNames.has(check));
  const shown = showHealth({
    hasChecks: component.checks.length > 0,
    state: scheduledNames.size > 0 && !isFresh ? state : null,
    scheduled: known,
    asked,
    alerts: alerts.map((row) => ({
      severityRank: row.severity_rank,
      count: row.alerts,
      firstRef: row.first_ref,
      firstSeenAt: row.first_seen_at,
    })),
  });
  // A run of its own knows nothing of the time before it, where that was no different.
  const since =
    isFresh && state?.status === shown.status
      ? Math.min(state.since, shown.since ?? state.since)
      : shown.since;
  const records = new Map([...known, ...asked].map((record) => [record.check, record]));
  return { component, shown: { ...shown, since }, records };
}

function askChecks(ctx: FlowCtx, component: ComponentConfig, isFresh: boolean): Promise<CheckRecord[]> {
  const checks = component.checks.filter(({ intervalMs }) => isFresh || intervalMs === null);
  const ask = isFresh ? ctx.checkRuns.run : ctx.checkRuns.ask;
  return Promise.all(
    checks.map(async (check) => {
      const run = await ask(check);
      return toRecord(component.id, check, run);
    }),
  );
}

/** One run by itself: no hysteresis, as if nothing had been before. */
function toRecord(component: string, check: ComponentConfig['checks'][number], run: CheckRun): CheckRecord {
  const once = { ...check, failuresToDown: 1, successesToRecover: 1 };
  return { ...foldOutcome(component, once, null, run.outcome, run.at), since: run.since };
}
