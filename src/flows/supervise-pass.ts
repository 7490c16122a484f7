import { claimAndAsk, failAlert, type HolderTest, renewLease } from '../alerts/index.ts';
import { AppError, describeError } from '../core/errors.ts';
import { type AlertRow, isDatabaseUnavailable } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { silenceTest } from './holder-test.ts';
import { noteClaimed } from './inhibition-test.ts';
import { reportStorm } from './report-own-trouble.ts';
import { type Allowance, findRule, type Supervised, spend, superviseAlerts } from './supervise-alert.ts';
import { superviseHeld } from './supervise-held.ts';
import { superviseNotifyOnly } from './supervise-notify-only.ts';

const leaseMs = 30_000;
const renewAfterMs = 10_000;
const firstRetryMs = 5_000;

export type PassResult = {
  claimed: number;
  /** As many as it may take at once: more may wait. */
  full: boolean;
  /** Some asked for an incident, or were part of one. */
  urgent: boolean;
  /** It began incidents or triages. */
  began: boolean;
  /** More wanted to begin than may in one pass, and were put off. */
  putOff: boolean;
  /** It was careful, and began as much as it may: where more waits, people should know. */
  spent: boolean;
};

/**
 * Claims waiting alerts and works on each by policy, the most severe first; a failure is that of its alert alone. A careful
 * pass takes no more than it may begin, so that it puts nothing off.
 */
export async function superviseOnce(ctx: FlowCtx, owner: string, careful: boolean): Promise<PassResult> {
  const { maxAlertsPerRun, maxIncidentsPerRun, maxTriagesPerRun, maxAttempts } = ctx.config.policy.defaults;
  const limit = careful ? Math.min(maxAlertsPerRun, maxIncidentsPerRun, maxTriagesPerRun) : maxAlertsPerRun;
  const claim = { owner, limit, leaseMs, windowMs: null, maxAttempts, mayBeLost: true };
  const { alerts, answer: silenceOf } = await claimAndAsk(ctx, claim, silenceTest(ctx));
  const done = alerts.length > 0 ? await work(ctx, alerts, silenceOf) : nothing;
  const full = alerts.length >= limit;
  return { ...done, claimed: alerts.length, full, spent: done.spent && careful && full };
}

type Done = Pick<PassResult, 'urgent' | 'began' | 'putOff' | 'spent'>;
const nothing: Done = { urgent: false, began: false, putOff: false, spent: false };

async function work(ctx: FlowCtx, alerts: readonly AlertRow[], silenceOf: HolderTest): Promise<Done> {
  const { queue, quiet, held } = await setInhibitedApart(ctx, await sortOut(ctx, alerts, silenceOf));
  const lease = keepLeases(ctx);
  const { maxIncidentsPerRun, maxTriagesPerRun } = ctx.config.policy.defaults;
  const allowance = { incidents: maxIncidentsPerRun, triages: maxTriagesPerRun };
  const putOff: AlertRow[] = [];
  let waiting = queue;
  while (waiting.length > 0) {
    await lease.renew([...waiting, ...quiet, ...held]);
    const round = chooseIndependent(waiting);
    const outcomes = await workOnRound(ctx, round, allowance);
    quiet.push(...round.filter((alert) => outcomes.get(alert.alert_ref) === 'notify_only'));
    putOff.push(...round.filter((alert) => outcomes.get(alert.alert_ref) === 'deferred'));
    const isDone = new Set(round.filter((alert) => outcomes.get(alert.alert_ref) !== 'entangled'));
    waiting = waiting.filter((alert) => !isDone.has(alert));
  }
  await lease.renew([...quiet, ...held]);
  await guardAll(ctx, quiet, (some) => superviseNotifyOnly(ctx, some));
  await guardAll(ctx, held, (some) => superviseHeld(ctx, some));
  if (putOff.some(isOfOthers)) await reportStorm(ctx);
  const began = allowance.incidents < maxIncidentsPerRun || allowance.triages < maxTriagesPerRun;
  const spent = (allowance.incidents <= 0 || allowance.triages <= 0) && alerts.some(isOfOthers);
  return { urgent: queue.length > 0, began, putOff: putOff.length > 0, spent };
}

/** Alerts of Tocsin itself raise no further ones. */
function isOfOthers({ service }: AlertRow): boolean {
  return service !== 'tocsin';
}

/** Of each service in an env the first: these can be settled together. */
function chooseIndependent(alerts: readonly AlertRow[]): AlertRow[] {
  const first = new Map<string, AlertRow>();
  for (const alert of alerts) {
    const place = `${alert.env}\n${alert.service}`;
    if (!first.has(place)) first.set(place, alert);
  }
  return [...first.values()];
}

/** Answers what became of each; what failed is left out. */
async function workOnRound(
  ctx: FlowCtx,
  round: readonly AlertRow[],
  allowance: Allowance,
): Promise<Map<string, Supervised['outcome']>> {
  const supervised = await guardAll(ctx, round, async (some) => {
    const settled = await superviseAlerts(ctx, some, allowance);
    for (const one of settled) if (one.outcome === 'bridged') spend(allowance, one.plan);
    return settled;
  });
  return new Map(supervised.flat().map(({ alertRef, outcome }) => [alertRef, outcome]));
}

type Way = 'queue' | 'quiet' | 'held';
type Sorted = Record<Way, AlertRow[]>;

/** Sets apart what asks for an incident or comes as part of one, and what a silence holds; an alert that cannot even be read fails here. */
async function sortOut(ctx: FlowCtx, alerts: readonly AlertRow[], silenceOf: HolderTest): Promise<Sorted> {
  const sorted: Sorted = { queue: [], quiet: [], held: [] };
  for (const alert of alerts) {
    const way = await guard(ctx, alert, async () => findWay(ctx, alert, silenceOf));
    if (way) sorted[way].push(alert);
  }
  return sorted;
}

/** What is decided here is only how the alert is worked on; the same is asked again under its lock. */
function findWay(ctx: FlowCtx, alert: AlertRow, silenceOf: HolderTest): Way {
  if (silenceOf(alert)) return 'held';
  return findRule(ctx, alert).actions.autoIncident || alert.incident_id !== null ? 'queue' : 'quiet';
}

/** Sets apart too what other alerts inhibit, those that were claimed together among them. */
async function setInhibitedApart(ctx: FlowCtx, { queue, quiet, held }: Sorted): Promise<Sorted> {
  const inhibitionOf = await noteClaimed(ctx, [...queue, ...quiet]);
  const isFree = (alert: AlertRow) => inhibitionOf(alert) === null;
  const inhibited = [...queue, ...quiet].filter((alert) => !isFree(alert));
  return { queue: queue.filter(isFree), quiet: quiet.filter(isFree), held: [...held, ...inhibited] };
}

/** When the work on all at once fails, each is tried by itself, so that a bad one fails alone; answers what went well. */
async function guardAll<Result>(
  ctx: FlowCtx,
  alerts: readonly AlertRow[],
  work: (alerts: readonly AlertRow[]) => Promise<Result>,
): Promise<Result[]> {
  if (alerts.length === 0) return [];
  try {
    return [await work(alerts)];
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
  }
  const results: Result[] = [];
  for (const alert of alerts) {
    const result = await guard(ctx, alert, () => work([alert]));
    if (result !== null) results.push(result);
  }
  return results;
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
