import { readInhibition, selectLiveAlerts, summarizeIncidentAlerts } from '../alerts/index.ts';
import { hasPassed } from '../core/clock.ts';
import {
  type ClimbCursor,
  type ClimbFacts,
  climbIncident,
  decideClimb,
  decidePutOff,
  firstClimbing,
  lockIncident,
  recordIncidentDecisions,
  selectClimbing,
} from '../incidents/index.ts';
import { findTold } from '../notify/index.ts';
import { type AlertRow, inTransaction, isDatabaseUnavailable } from '../store/index.ts';
import { describeClimb, sayClimb } from './announce-climb.ts';
import type { FlowCtx } from './context.ts';
import { readSilenceTest } from './holder-test.ts';
import { tell } from './tell.ts';

const pageSize = 500;
/** How long nobody looks again at an incident whose step is put off: what holds it holds longer, as a rule. */
const putOffMs = 5_000;

/** When the steps of which incidents were looked at and put off. */
type PutOff = Map<string, number>;

/**
 * Answers the chore that tells of incidents that nobody acknowledges, by `notify.escalation`, step by step; it answers how
 * many steps were told. Without steps it asks nothing.
 */
export function createClimbing(): (ctx: FlowCtx) => Promise<number> {
  let putOff: PutOff = new Map();
  return async (ctx) => {
    const steps = ctx.config.notify.escalation;
    if (steps.length === 0) return 0;
    const stillPutOff: PutOff = new Map();
    let told = 0;
    for (let after: ClimbCursor | undefined = firstClimbing; after; ) {
      const page: ClimbCursor[] = await selectClimbing(ctx, steps, { after, limit: pageSize });
      const ids = page.map(({ incidentId }) => incidentId);
      told += await climbPage(ctx, ids, putOff, stillPutOff);
      after = page.length < pageSize ? undefined : page.at(-1);
    }
    putOff = stillPutOff;
    return told;
  };
}

async function climbPage(
  ctx: FlowCtx,
  ids: readonly string[],
  before: PutOff,
  after: PutOff,
): Promise<number> {
  const nowMs = ctx.clock.now();
  const doubtful = ids.filter((id) => {
    const at = before.get(id);
    const rests = at !== undefined && !hasPassed(putOffMs, at, nowMs);
    if (rests) after.set(id, at);
    return !rests;
  });
  let told = 0;
  for (const { incidentId, facts, holder } of await readClimbFacts(ctx, doubtful)) {
    const reason = decidePutOff(facts);
    if (reason === null) {
      if (await tryClimb(ctx, incidentId)) told++;
      continue;
    }
    after.set(incidentId, nowMs);
    if (reason === 'silenced' && !before.has(incidentId))
      await recordIncidentDecisions(ctx, [{ incidentId, reason: 'steps_silenced', rule: holder }]);
  }
  return told;
}

type Known = { incidentId: string; facts: ClimbFacts; holder: string | null };

/** Answers what speaks against telling more of incidents. A few reads for all of them together; live alerts are looked at one by one only where a silence is on. */
export async function readClimbFacts(ctx: FlowCtx, ids: readonly string[]): Promise<Known[]> {
  if (ids.length === 0) return [];
  const [told, summaries] = await Promise.all([findTold(ctx, ids), summarizeIncidentAlerts(ctx, ids)]);
  const nowMs = ctx.clock.now();
  // Nobody can acknowledge what waits for its time, as in quiet hours, or what was taken back.
  const heard = told.filter(
    (row) =>
      row.status !== 'superseded' &&
      (row.status !== 'pending' || row.attempts > 0 || row.next_attempt_at <= nowMs),
  );
  const threads = new Set(heard.map(({ thread }) => thread));
  const alertsOf = new Map(summaries.map((summary) => [summary.incidentId, summary]));
  const known: Known[] = [];
  for (const incidentId of ids) {
    const { total, live } = alertsOf.get(incidentId) ?? { total: 0, live: 0 };
    const holder = live > 0 ? await findHolder(ctx, incidentId) : null;
    const facts = { isTold: threads.has(incidentId), alerts: { total, live }, isSilenced: holder !== null };
    known.push({ incidentId, facts, holder });
  }
  return known;
}

/** Answers what holds all live alerts of an incident, the last of several; null where one of them is held by nothing. */
async function findHolder(ctx: FlowCtx, incidentId: string): Promise<string | null> {
  const silenceOf = await readSilenceTest(ctx);
  let holder: string | null = null;
  for (let afterRef = ''; ; ) {
    const alerts = await selectLiveAlerts(ctx, incidentId, { afterRef, limit: pageSize });
    for (const alert of alerts) {
      holder = silenceOf(alert)?.id ?? inhibitedBy(alert);
      if (holder === null) return null;
    }
    if (alerts.length < pageSize) return holder;
    afterRef = alerts.at(-1)?.alert_ref ?? '';
  }
}

/** As it was decided: an alert that was told of before another one explained it goes on as it began. */
function inhibitedBy({ silenced_by: id }: AlertRow): string | null {
  return id !== null && readInhibition(id) ? id : null;
}

/** One that cannot be told keeps none of the others; it comes round again. */
async function tryClimb(ctx: FlowCtx, incidentId: string): Promise<boolean> {
  try {
    return await climb(ctx, incidentId);
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    const where = { tag: 'alert', incident_id: incidentId, err: error };
    ctx.log.error(where, '[alert] nobody could be told that an incident is not acknowledged');
    return false;
  }
}

/** Decides again while the incident is held: somebody may have taken it meanwhile, or another process told the step. */
function climb(ctx: FlowCtx, incidentId: string): Promise<boolean> {
  return inTransaction(ctx, async (ctx) => {
    const incident = await lockIncident(ctx, { incidentId });
    const decision = decideClimb(incident, ctx.config.notify.escalation, ctx.clock.now());
    if (!decision.climb) return false;
    const climbed = await climbIncident(ctx, incident, decision, sayClimb(decision));
    await tell(ctx, [describeClimb(climbed, decision)]);
    return true;
  });
}
