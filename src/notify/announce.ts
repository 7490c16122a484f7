import type { Announcement } from '../core/hand-over.ts';
import { type Ctx, type NotificationRow, runAfterCommit, writeLater } from '../store/index.ts';
import { chooseRecipients, isOpening, isResolution, type Told } from './choose-recipients.ts';
import { createRow, type Plan } from './create-row.ts';
import { createDueTimes } from './due.ts';
import { findTold, insertMessages, supersedeUntried, writeMessages } from './queries-announce.ts';
import type { Announced, NotifySettings } from './types.ts';

/**
 * Writes the messages of many announcements into the outbox, within the caller's transaction; answers those that are
 * new. An announcement that was made before, by its thread, event and occasion, adds nothing. After the commit it hands
 * over what the desk has taken, and rings for the rest.
 */
export async function announceMany(
  ctx: Ctx,
  announcements: readonly Announcement[],
  settings: NotifySettings,
): Promise<Announced[]> {
  const openings = announcements.filter(isOpening);
  const others = announcements.filter((announcement) => !isOpening(announcement));
  const desk = settings.openDesk();
  const dueOf = createDueTimes(ctx.clock.now());
  const toRow = (plan: Plan) => createRow(ctx, plan, settings, desk);
  const written = [
    ...(await writePlans(ctx, planOpenings(openings, settings, dueOf), toRow)),
    ...(await writePlans(ctx, await planOthers(ctx, others, settings, dueOf), toRow)),
  ];
  const rows = written.map(({ row }) => row);
  const leased = rows.filter(({ status }) => status === 'sending');
  if (leased.length > 0) runAfterCommit(ctx, () => desk?.take(leased));
  if (rows.some(({ status }) => status === 'pending')) runAfterCommit(ctx, settings.ring);
  return written.map(toAnnounced);
}

type DueTimes = ReturnType<typeof createDueTimes>;

function planOpenings(openings: readonly Announcement[], settings: NotifySettings, dueOf: DueTimes): Plan[] {
  return openings.flatMap((announcement) =>
    chooseRecipients(announcement, [], settings).map((recipient) => ({
      announcement,
      recipient,
      due: dueOf(announcement, recipient),
      beganUnheardAt: null,
    })),
  );
}

/** What follows a beginning goes to those who heard of it; an end that overtakes its beginning tells of both. */
async function planOthers(
  ctx: Ctx,
  others: readonly Announcement[],
  settings: NotifySettings,
  dueOf: DueTimes,
): Promise<Plan[]> {
  if (others.length === 0) return [];
  const told = await findTold(ctx, [...new Set(others.flatMap(threadsToldOf))]);
  const toldByThread = Map.groupBy(told, ({ thread }) => thread);
  const plans = others.flatMap((announcement) => {
    const earlier = threadsToldOf(announcement).flatMap((thread) => toldByThread.get(thread) ?? []);
    return chooseRecipients(announcement, earlier, settings).map((recipient) => ({
      announcement,
      recipient,
      due: dueOf(announcement, recipient),
    }));
  });
  const merged = await mergeUnheard(ctx, plans, told);
  return plans.map((plan) => ({ ...plan, beganUnheardAt: merged.get(laneOfPlan(plan)) ?? null }));
}

/**
 * Takes back what nobody has heard of a thread on a channel and what its end makes untrue, where that is all that there was;
 * answers when those things began, by thread and channel.
 */
async function mergeUnheard(
  ctx: Ctx,
  plans: readonly Omit<Plan, 'beganUnheardAt'>[],
  told: readonly Told[],
): Promise<Map<string, number>> {
  const ending = new Set(plans.filter(({ announcement }) => isResolution(announcement)).map(laneOfPlan));
  const lanes = [...Map.groupBy(told, laneOf)].flatMap(([lane, rows]) => {
    const untried = rows.filter(isUntried);
    const opening = rows.find(isOpening);
    const isUnheard = rows.every((row) => isUntried(row) || row.status === 'superseded');
    return ending.has(lane) && opening && isUnheard ? [{ lane, untried, beganAt: opening.created_at }] : [];
  });
  const superseded = await supersedeUntried(
    ctx,
    lanes.flatMap(({ untried }) => untried.map((row) => row.notification_id)),
  );
  const merged = lanes.filter(
    ({ untried }) => untried.length > 0 && untried.every(({ notification_id: id }) => superseded.has(id)),
  );
  return new Map(merged.map(({ lane, beganAt }) => [lane, beganAt]));
}

function isUntried({ status, attempts }: Told): boolean {
  return status === 'pending' && attempts === 0;
}

function laneOf({ thread, channel }: { thread: string; channel: string }): string {
  return `${channel}\n${thread}`;
}

function laneOfPlan({
  announcement: { thread },
  recipient: { channel },
}: Omit<Plan, 'beganUnheardAt'>): string {
  return laneOf({ thread, channel });
}

function threadsToldOf({ thread, joinedBy }: Announcement): string[] {
  return joinedBy === undefined ? [thread] : [thread, joinedBy];
}

type Written = { plan: Plan; row: NotificationRow };

async function writePlans(
  ctx: Ctx,
  plans: readonly Plan[],
  toRow: (plan: Plan) => NotificationRow,
): Promise<Written[]> {
  if (plans.length === 0) return [];
  const planned = plans.map((plan) => ({ plan, row: toRow(plan) }));
  const rows = planned.map(({ row }) => row);
  if (plans.every(({ announcement }) => announcement.isFirst)) {
    // None of them can be there already, so that which are new need not be asked.
    await writeLater(ctx, insertMessages(ctx, rows));
    return planned;
  }
  const urgent = planned.filter(({ plan }) => isUrgent(plan)).map(({ row }) => row);
  const written = await writeMessages(ctx, rows, urgent);
  return planned.filter(({ row }) => written.has(row.notification_id));
}

/** What became more severe does not wait behind what was written before and waits longer. */
function isUrgent({ announcement: { event, isFirst } }: Plan): boolean {
  return event === 'incident.escalated' || (event === 'alert.firing' && !isFirst);
}

function toAnnounced({ plan, row }: Written): Announced {
  const { thread, event, channel, route, status } = row;
  return { thread, event, channel, route, status, isQuiet: plan.due.isQuiet };
}
