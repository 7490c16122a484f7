import {
  deadReported,
  fingerprintDead,
  listOutlivedReports,
  listUnreportedDead,
  recordDecisions,
} from '../alerts/index.ts';
import { toIso } from '../core/clock.ts';
import type { AlertReport } from '../core/hand-over.ts';
import type { RedisState } from '../redis/index.ts';
import type { AlertRow } from '../store/index.ts';
import type { FlowCtx } from './context.ts';

const stormLastsMs = 5 * 60_000;
const awayLeaseMs = 3 * 60_000;
const batch = 50;

/** Raises the one alert that says that more incidents or triages want to begin than a pass may; it ends by itself. */
export async function reportStorm(ctx: FlowCtx): Promise<void> {
  await raise(ctx, {
    kind: 'quota',
    title: 'Alert storm: more incidents at once than one pass may open',
    message:
      'More alerts want an incident or a triage than one pass of the supervisor may begin. They follow within seconds; nothing is lost. Look for one cause behind them: tocsin incidents open',
    fingerprint: 'supervisor-storm',
    endsAt: ctx.clock.now() + stormLastsMs,
    dedupeTtlMs: null,
  });
}

/**
 * Raises an alert for each other that could not be worked on, whether its work failed or its workers died, and ends it
 * when that one is dead no more; answers how many. A kill between the report and the note of it repeats the report, which
 * is the same alert again.
 */
export async function reportDead(ctx: FlowCtx): Promise<number> {
  const outlived = await listOutlivedReports(ctx, ctx.actor.name, batch);
  for (const report of outlived) await endReport(ctx, report);
  const dead = await listUnreportedDead(ctx, batch);
  for (const alert of dead) await raiseDead(ctx, alert);
  await recordDecisions(
    ctx,
    dead.map((alert) => ({ alertRef: alert.alert_ref, reason: deadReported, rule: null })),
  );
  return outlived.length + dead.length;
}

async function raiseDead(ctx: FlowCtx, alert: AlertRow): Promise<void> {
  await raise(ctx, {
    kind: 'job_failure',
    title: `Alert ${alert.alert_ref} could not be worked on`,
    message: `"${alert.title}" of ${alert.service} failed ${alert.attempts} times and is dead now. Last error: ${alert.last_error ?? 'none'}. Retry it by hand: tocsin alerts retry ${alert.alert_ref}`,
    fingerprint: fingerprintDead(alert.alert_ref),
    endsAt: null,
    dedupeTtlMs: null,
  });
}

/** One alert a host: that one of them reaches Redis again says nothing of the others. */
function redisAway(host: string) {
  return {
    kind: 'availability',
    title: `Redis is away from ${host}`,
    fingerprint: `redis-away:${host}`,
    dedupeTtlMs: null,
  };
}

/** Raises, or renews, the alert that Redis is away from the host; it ends by itself where the process that sees it ends. */
export async function reportRedisAway(
  ctx: FlowCtx,
  host: string,
  { sinceMs, reason }: RedisState,
): Promise<void> {
  await raise(ctx, {
    ...redisAway(host),
    message: `Redis has not served ${host} since ${toIso(sinceMs)} (${reason}). Each process limits callers by its own count meanwhile. Look at Redis and at REDIS_URL.`,
    endsAt: ctx.clock.now() + awayLeaseMs,
  });
}

/** Ends the alert that Redis is away from the host. */
export async function healRedis(ctx: FlowCtx, host: string): Promise<void> {
  await raise(ctx, { ...redisAway(host), message: 'Redis is back.', endsAt: null }, 'resolved');
}

async function endReport(ctx: FlowCtx, { title, fingerprint }: AlertRow): Promise<void> {
  const message = 'That alert was retried or has ended.';
  const trouble = { kind: 'job_failure', title, message, fingerprint, endsAt: null, dedupeTtlMs: null };
  await raise(ctx, trouble, 'resolved');
}

type OwnTrouble = Pick<AlertReport, 'kind' | 'title' | 'message' | 'fingerprint' | 'endsAt' | 'dedupeTtlMs'>;

async function raise(
  ctx: FlowCtx,
  trouble: OwnTrouble,
  status: AlertReport['status'] = 'firing',
): Promise<void> {
  const report: AlertReport = {
    ...trouble,
    service: 'tocsin',
    env: 'prod',
    severity: 'P2',
    source: ctx.actor.name,
    status,
    startedAt: null,
    labels: {},
    annotations: {},
    metrics: {},
    evidence: null,
  };
  await ctx.intake.submit([report], ctx.requestId);
}
