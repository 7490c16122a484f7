import { findAlerts, requireAlertForUpdate } from '../alerts/index.ts';
import { createZones, type Zones } from '../core/cron/index.ts';
import { findQuietEnd, type QuietHours } from '../core/quiet-hours.ts';
import { decidePutOff, lockIncident, selectIncidentsByIds } from '../incidents/index.ts';
import {
  findTold,
  lookAhead,
  lookForRepeats,
  moveRepeats,
  type Repeatable,
  type RouteLane,
  selectRepeatable,
} from '../notify/index.ts';
import { type AlertRow, type IncidentRow, inTransaction, isDatabaseUnavailable } from '../store/index.ts';
import { describeStillFiring, describeStillOpen } from './announce-repeat.ts';
import type { FlowCtx } from './context.ts';
import { decideRepeat, type RepeatDecision, standingOfAlert, standingOfIncident } from './decide-repeat.ts';
import { readSilenceTest } from './holder-test.ts';
import { readClimbFacts } from './supervise-climb.ts';
import { tell } from './tell.ts';

const pageSize = 100;
/** Of one route to one channel in a sweep: what goes on is no news, and there may be very many of it. */
const mostAtOnce = 10;
const mostPages = 10;

/** What a route sends to one of its channels, and how it tells it again. */
type Lane = RouteLane & { intervalMs: number; quietHours: QuietHours | null };

/**
 * Tells again what goes on and what nobody has taken, once the `repeat_interval` of its route has passed since the last
 * message of it on a channel; answers how often. News goes first: a channel on which any is due is left for a later sweep.
 */
export async function tellAgain(ctx: FlowCtx): Promise<number> {
  const nowMs = ctx.clock.now();
  const lanes = ctx.config.routes.flatMap(({ name, channels, repeatIntervalMs, quietHours }) =>
    repeatIntervalMs === null
      ? []
      : channels.map((channel) => ({ route: name, channel, intervalMs: repeatIntervalMs, quietHours })),
  );
  if (lanes.length === 0) return 0;
  const oldest = await lookForRepeats(ctx, lanes);
  const due = lanes.filter(({ intervalMs }, i) => (oldest[i] ?? nowMs) <= nowMs - intervalMs);
  if (due.length === 0) return 0;
  const { dueOn } = await lookAhead(
    ctx,
    due.map(({ channel }) => channel),
    nowMs,
  );
  const zones = createZones();
  let told = 0;
  for (const lane of due) if (!dueOn.includes(lane.channel)) told += await repeatLane(ctx, lane, zones);
  return told;
}

async function repeatLane(ctx: FlowCtx, lane: Lane, zones: Zones): Promise<number> {
  const untilMs = ctx.clock.now() - lane.intervalMs;
  for (let page = 0; page < mostPages; page++) {
    const rows = await selectRepeatable(ctx, lane, { untilMs, limit: pageSize });
    const judged = await judge(ctx, lane, rows, zones);
    await moveOthers(ctx, judged, untilMs);
    const asked = judged.filter(({ decision }) => decision.action === 'tell').slice(0, mostAtOnce);
    if (asked.length === 0 && rows.length === pageSize) continue;
    let told = 0;
    for (const { row } of asked) if (await tryRepeat(ctx, lane, row, zones)) told++;
    return told;
  }
  return 0;
}

type Judged = {
  row: Repeatable;
  decision: RepeatDecision;
  incident: IncidentRow | null;
  alert: AlertRow | null;
};

/** A few reads for all of them together. */
async function judge(
  ctx: FlowCtx,
  { channel, intervalMs, quietHours }: Lane,
  rows: readonly Repeatable[],
  zones: Zones,
): Promise<Judged[]> {
  if (rows.length === 0) return [];
  const nowMs = ctx.clock.now();
  const ids = rows.flatMap(({ incident_id: id }) => (id === null ? [] : [id]));
  const [told, incidents, alerts, facts, silenceOf] = await Promise.all([
    findTold(
      ctx,
      rows.map(({ thread }) => thread),
    ),
    selectIncidentsByIds(ctx, ids),
    findAlerts(
      ctx,
      rows.flatMap(({ alert_ref: ref }) => (ref === null ? [] : [ref])),
    ),
    readClimbFacts(ctx, ids),
    readSilenceTest(ctx),
  ]);
  const incidentOf = new Map(incidents.map((incident) => [incident.incident_id, incident]));
  const alertOf = new Map(alerts.map((alert) => [alert.alert_ref, alert]));
  const putOffOf = new Map(facts.map((known) => [known.incidentId, decidePutOff(known.facts)]));
  const laneOf = Map.groupBy(
    told.filter((row) => row.channel === channel),
    ({ thread }) => thread,
  );
  const quietEndMs = quietHours && findQuietEnd(quietHours, zones, nowMs);
  return rows.map((row) => {
    const { incident_id: id, alert_ref: ref } = row;
    const incident = id === null ? null : (incidentOf.get(id) ?? null);
    const alert = ref === null ? null : (alertOf.get(ref) ?? null);
    const standing =
      id === null
        ? standingOfAlert(alert ?? undefined, alert !== null && silenceOf(alert) !== null, nowMs)
        : standingOfIncident(incident ?? undefined, putOffOf.get(id) ?? null);
    const isUrgent = (incident ?? alert)?.severity === 'P0';
    const lane = laneOf.get(row.thread) ?? [];
    const about = { id: row.notification_id, lane, standing, quietEndMs: isUrgent ? null : quietEndMs };
    return { row, incident, alert, decision: decideRepeat(about, intervalMs, nowMs) };
  });
}

/** Puts away what is not to be told again, or not yet. */
async function moveOthers(ctx: FlowCtx, judged: readonly Judged[], untilMs: number): Promise<void> {
  const placed = judged.flatMap(({ row, decision }) => {
    if (decision.action === 'tell') return [];
    return [{ row, to: decision.action === 'wait' ? decision.from : null }];
  });
  for (const [to, group] of Map.groupBy(placed, (one) => one.to)) {
    const rows = group.map(({ row }) => row);
    await moveRepeats(ctx, rows, { untilMs, to });
  }
}

/** One that cannot be told again keeps none of the others; it comes round again. */
async function tryRepeat(ctx: FlowCtx, lane: Lane, row: Repeatable, zones: Zones): Promise<boolean> {
  try {
    return await inTransaction(ctx, (ctx) => repeat(ctx, lane, row, zones));
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    const where = { tag: 'notify', thread: row.thread, err: error };
    ctx.log.error(where, '[notify] what goes on could not be told again');
    return false;
  }
}

/** Decides again while the incident or the alert is held: it may be over or taken by now, or told again by another process. */
async function repeat(ctx: FlowCtx, lane: Lane, row: Repeatable, zones: Zones): Promise<boolean> {
  if (row.incident_id !== null) await lockIncident(ctx, { incidentId: row.incident_id });
  else if (row.alert_ref !== null) await requireAlertForUpdate(ctx, row.alert_ref);
  const [judged] = await judge(ctx, lane, [row], zones);
  if (judged?.decision.action !== 'tell') return false;
  const nowMs = ctx.clock.now();
  const untilMs = nowMs - lane.intervalMs;
  const ours = await moveRepeats(ctx, [row], { untilMs, to: null });
  if (ours.size === 0) return false;
  const { incident, alert } = judged;
  const again = { id: row.notification_id, route: lane.route, channel: lane.channel, nowMs };
  if (incident) await tell(ctx, [describeStillOpen(incident, alert, again)]);
  else if (alert) await tell(ctx, [describeStillFiring(alert, again)]);
  return true;
}
