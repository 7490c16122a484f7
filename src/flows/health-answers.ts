import { isPreset } from '../config/presets.ts';
import type { ComponentConfig } from '../config/types.ts';
import { type Actor, isEntitled, requireEntitlement } from '../core/actor.ts';
import { toIso } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { judgeServices } from '../health/index.ts';
import type { FlowCtx } from './context.ts';
import { type ComponentHealth, type HealthReading, readComponentHealth, readHealth } from './health-read.ts';

/** What a caller must hold to see details, and to make checks run at once. */
export const healthEntitlement = 'tools.oncall.read';

export type HealthQuestion = {
  /** Whether all checks run now. Needs an entitled viewer. */
  fresh: boolean;
  /** Null: nobody said who asks. */
  viewer: Actor | null;
};

export type HealthAnswer = { status: 200 | 503; body: Readonly<Record<string, unknown>> };

/** Answers how one component is: 503 where it is down. Throws NOT_FOUND, and UNAUTHORIZED or FORBIDDEN for a fresh answer that the viewer may not ask for. */
export async function answerComponentHealth(
  ctx: FlowCtx,
  id: string,
  { fresh, viewer }: HealthQuestion,
): Promise<HealthAnswer> {
  requireFreshness(fresh, viewer);
  const health = await readComponentHealth(ctx, id, readingOf(fresh));
  return toAnswer(health.shown.status === 'down', showService(health, maySeeDetail(viewer)));
}

/** Answers how all components are, and the status of all together: 503 where every one is down, or a critical one. */
export async function answerServicesHealth(
  ctx: FlowCtx,
  { fresh, viewer }: HealthQuestion,
): Promise<HealthAnswer> {
  requireFreshness(fresh, viewer);
  const healths = await readHealth(ctx, ctx.config.components, readingOf(fresh));
  const withDetail = maySeeDetail(viewer);
  const status = judgeServices(
    healths.map(({ component, shown }) => ({ ...shown, critical: component.critical })),
  );
  const services = healths.map((health) => [health.component.id, showService(health, withDetail)]);
  return toAnswer(status === 'down', { status, services: Object.fromEntries(services) });
}

/** What asks may take a service out that is well: without the database it is told what was last known. */
function readingOf(fresh: boolean): HealthReading {
  return fresh ? 'fresh' : 'last known';
}

function requireFreshness(fresh: boolean, viewer: Actor | null): void {
  if (!fresh) return;
  if (!viewer) throw new AppError('UNAUTHORIZED', 'fresh=true needs a token');
  requireEntitlement(viewer, healthEntitlement);
}

function maySeeDetail(viewer: Actor | null): boolean {
  return viewer !== null && isEntitled(viewer, healthEntitlement);
}

function toAnswer(isDown: boolean, body: HealthAnswer['body']): HealthAnswer {
  return { status: isDown ? 503 : 200, body };
}

/** Codes for everybody; what a target said may tell of hosts and versions, and is not. */
function showService({ component, shown, maintenance }: ComponentHealth, withDetail: boolean) {
  const { status, reason, detail, latencyMs, checkedAt, since } = shown;
  const provider = findProvider(component, shown.check);
  return {
    status,
    service: component.id,
    ...(provider === null ? {} : { provider }),
    ...(status === 'down' ? { error: reason ?? 'down' } : reason === null ? {} : { reason }),
    ...(withDetail && detail !== null ? { detail } : {}),
    ...(maintenance ? { maintenance_until: toIso(maintenance.untilMs) } : {}),
    latency_ms: latencyMs,
    checked_at: toIso(checkedAt),
    since: toIso(since),
  };
}

/** Answers the known service that the only check, or the one that decides, asks; null: it asks none. */
function findProvider({ checks }: ComponentConfig, decisive: string | null): string | null {
  const check = checks.length === 1 ? checks[0] : checks.find(({ name }) => name === decisive);
  return check && isPreset(check) ? check.kind : null;
}
