import type { ComponentConfig } from '../config/types.ts';
import { AppError } from '../core/errors.ts';
import { type CheckRecord, type ShownHealth, showHealth } from '../health/index.ts';
import type { FlowCtx } from './context.ts';
import { createMaintenanceTest, type UnderMaintenance } from './find-maintenance.ts';
import { foldOutcome } from './health-fold.ts';
import type { CheckRun } from './health-runs.ts';
import { nothingStored, readStoredHealth, type StoredHealth } from './health-stored.ts';

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
 * Which checks count: `last` takes scheduled ones by their last result, whatever its age; `last known` too, and what this
 * process has last read of it while the database is away; with both, checks on demand run now, all at once, unless a
 * recent run of theirs is kept. `fresh` runs all checks now and judges by that alone.
 */
export type HealthReading = 'last' | 'last known' | 'fresh';

/** Answers what components show. */
export async function readHealth(
  ctx: FlowCtx,
  components: readonly ComponentConfig[],
  reading: HealthReading,
): Promise<ComponentHealth[]> {
  const ids = components.map(({ id }) => id);
  const isFresh = reading === 'fresh';
  const [stored, asked] = await Promise.all([
    reading === 'last known' ? ctx.lastHealth.read(ctx, ids) : readStoredHealth(ctx, ids),
    Promise.all(components.map((component) => askChecks(ctx, component, isFresh))),
  ]);
  const maintenanceOf = createMaintenanceTest(ctx.config, ctx.clock.now());
  return components.map((component, i) => ({
    ...show(component, isFresh, stored.get(component.id) ?? nothingStored, asked[i] ?? []),
    maintenance: maintenanceOf(component),
  }));
}

/** As `readHealth`, of one component. Throws NOT_FOUND. */
export async function readComponentHealth(
  ctx: FlowCtx,
  id: string,
  reading: HealthReading,
): Promise<ComponentHealth> {
  const [health] = await readHealth(ctx, [requireComponent(ctx, id)], reading);
  return health as ComponentHealth;
}

/** Answers a component of the configuration in force. Throws NOT_FOUND. */
export function requireComponent({ config }: FlowCtx, id: string): ComponentConfig {
  const component = config.components.find((one) => one.id === id);
  if (component) return component;
  throw new AppError(
    'NOT_FOUND',
    `no component ${JSON.stringify(id)} is configured; GET /v1/components names those that are`,
  );
}

function show(
  component: ComponentConfig,
  isFresh: boolean,
  { state, scheduled, alerts }: StoredHealth,
  asked: readonly CheckRecord[],
): Omit<ComponentHealth, 'maintenance'> {
  const scheduledNames = new Set(
    component.checks.filter(({ intervalMs }) => intervalMs !== null).map(({ name }) => name),
  );
  // What another process watched by an older configuration is none of this one's checks.
  const known = isFresh ? [] : scheduled.filter(({ check }) => scheduledNames.has(check));
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
      const run = await ask(check, ctx.config.guard);
      return toRecord(component.id, check, run);
    }),
  );
}

/** One run by itself: no hysteresis, as if nothing had been before. */
function toRecord(component: string, check: ComponentConfig['checks'][number], run: CheckRun): CheckRecord {
  const once = { ...check, failuresToDown: 1, successesToRecover: 1 };
  return { ...foldOutcome(component, once, null, run.outcome, run.at), since: run.since };
}
