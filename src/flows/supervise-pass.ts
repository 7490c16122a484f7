import { claimAlerts, failAlert, renewLease } from '../alerts/index.ts';
import { AppError, describeError } from '../core/errors.ts';
import { type AlertRow, isDatabaseUnavailable } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { reportStorm } from './report-own-trouble.ts';
import { type AlertSilenceTest, readSilenceTest } from './silence-test.ts';
import { type Allowance, findRule, type Supervised, superviseAlert } from './supervise-alert.ts';
import { superviseNotifyOnly } from './supervise-notify-only.ts';
import { superviseSilenced } from './supervise-silenced.ts';

const leaseMs = 30_000;
const renewAfterMs = 10_000;
const firstRetryMs = 5_000;

export type PassResult = {
  claimed: number;
  /** As many as it may take at once: more may wait. */
  full: boolean;
  /** More wanted to begin than may in one pass, and were put off. */
  putOff: boolean;
};

/**
 * Claims waiting alerts and works on each by policy, the most severe first; a failure is that of its alert alone. A careful
 * pass takes no more than it may begin, so that it puts nothing off.
 */
export async function superviseOnce(ctx: FlowCtx, owner: string, careful: boolean): Promise<PassResult> {
  const { maxAlertsPerRun, maxIncidentsPerRun, maxTriagesPerRun, maxAttempts } = ctx.config.policy.defaults;
  const limit = careful ? Math.min(maxAlertsPerRun, maxIncidentsPerRun, maxTriagesPerRun) : maxAlertsPerRun;
  const alerts = await claimAlerts(ctx, {
    owner,
    limit,
    leaseMs,
    windowMs: null,
    maxAttempts,
    mayBeLost: true,
  });
  const putOff = alerts.length > 0 && (await work(ctx, alerts));
  return { claimed: alerts.length, full: alerts.length >= limit, putOff };
}

/** Answers whether alerts were put off. */
async function work(ctx: FlowCtx, alerts: readonly AlertRow[]): Promise<boolean> {
  const defaults = ctx.config.policy.defaults;
  const allowance = { incidents: defaults.maxIncidentsPerRun, triages: defaults.maxTriagesPerRun };
  const { queue, quiet, silenced } = await sortOut(ctx, alerts);
  const lease = keepLeases(ctx);
  let putOff = false;
  let storm = false;
  for (const [i, alert] of queue.entries()) {
    await lease.renew([...queue.slice(i), ...quiet, ...silenced]);
    const supervised = await guard(ctx, alert, () => superviseAlert(ctx, alert, allowance));
    if (supervised?.outcome === 'notify_only') quiet.push(alert);
    if (supervised?.outcome === 'deferred') {
      putOff = true;
      storm ||= alert.service !== 'tocsin';
    }
    if (supervised) spend(allowance, supervised);
  }
  await lease.renew([...quiet, ...silenced]);
  await guardAll(ctx, quiet, superviseNotifyOnly);
  await guardAll(ctx, silenced, superviseSilenced);
  if (storm) await reportStorm(ctx);
  return putOff;
}

/** Sets apart what asks for an incident or comes as part of one, and what a silence holds; an alert that cannot even be read fails here. */
async function sortOut(ctx: FlowCtx, alerts: readonly AlertRow[]) {
  const sorted: Record<Way, AlertRow[]> = { queue: [], quiet: [], silenced: [] };
  const silenceOf = await readSilenceTest(ctx);
  for (const alert of alerts) {
    const way = await guard(ctx, alert, async () => findWay(ctx, alert, silenceOf));
    if (way) sorted[way].push(alert);
  }
  return sorted;
}

type Way = 'queue' | 'quiet' | 'silenced';

/** What is decided here is only how the alert is worked on; the same is asked again under its lock. */
function findWay(ctx: FlowCtx, alert: AlertRow, silenceOf: AlertSilenceTest): Way {
  if (silenceOf(alert)) return 'silenced';
  return findRule(ctx, alert).actions.autoIncident || alert.incident_id !== null ? 'queue' : 'quiet';
}

function spend(allowance: Allowance, supervised: Supervised): void {
  if (supervised.outcome !== 'bridged') return;
  if (supervised.bridged.created) allowance.incidents--;
  if (supervised.bridged.triage?.run) allowance.triages--;
}

/** When the work on all at once fails, each is tried by itself, so that a bad one fails alone. */
async function guardAll(
  ctx: FlowCtx,
  alerts: readonly AlertRow[],
  supervise: (ctx: FlowCtx, alerts: readonly AlertRow[]) => Promise<void>,
): Promise<void> {
  try {
    await supervise(ctx, alerts);
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    for (const alert of alerts) await guard(ctx, alert, () => supervise(ctx, [alert]));
  }
}

/** Fails the alert whose work throws; answers null then. A database that is away ends the pass: the leases run out. */
async function guard<Result>(
  ctx: FlowCtx,
  alert: AlertRow,
  run: () => Promise<Result>,
): Promise<Result | null> {
  try {
    return await run();
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    await fail(ctx, alert, error);
    return null;
  }
}

async function fail(ctx: FlowCtx, alert: AlertRow, error: unknown): Promise<void> {
  ctx.log.error({ tag: 'alert', alert_ref: alert.alert_ref, err: error }, '[alert] could not be supervised');
  try {
    await failAlert(ctx, {
      alertRef: alert.alert_ref,
      leaseToken: alert.lease_token ?? '',
      error: describeError(error),
      retryAfterMs: firstRetryMs,
      maxAttempts: ctx.config.policy.defaults.maxAttempts,
    });
  } catch (failure) {
    // Whoever has the alert now goes on with it.
    if (!(failure instanceof AppError && failure.code === 'CONFLICT')) throw failure;
  }
}

/** Answers what makes the leases of a long pass last: those that are left are renewed every 10 s. */
function keepLeases(ctx: FlowCtx) {
  let renewedAt = ctx.clock.now();
  return {
    async renew(alerts: readonly AlertRow[]): Promise<void> {
      if (ctx.clock.now() - renewedAt < renewAfterMs) return;
      renewedAt = ctx.clock.now();
      for (const alert of alerts) await renewOne(ctx, alert);
    },
  };
}

async function renewOne(ctx: FlowCtx, alert: AlertRow): Promise<void> {
  try {
    await renewLease(ctx, alert.alert_ref, alert.lease_token ?? '', leaseMs);
  } catch (error) {
    // A lease that was lost shows again, and counts, where the alert is worked on.
    if (!(error instanceof AppError && error.code === 'CONFLICT')) throw error;
  }
}
