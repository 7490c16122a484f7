import type { Announcement } from '../core/hand-over.ts';
import { type Ctx, type NotificationRow, runAfterCommit, writeLater } from '../store/index.ts';
import { chooseRecipients, isOpening, isResolution, type Told } from './choose-recipients.ts';
import { createRow, type Plan } from './create-row.ts';
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
  const toRow = (plan: Plan) => createRow(ctx, plan, settings, desk);
  const rows = [
    ...(await writePlans(ctx, planOpenings(openings, settings), toRow)),
    ...(await writePlans(ctx, await planOthers(ctx, others, settings), toRow)),
  ];
  const leased = rows.filter(({ status }) => status === 'sending');
  if (leased.length > 0) runAfterCommit(ctx, () => desk?.take(leased));
  if (rows.some(({ status }) => status === 'pending')) runAfterCommit(ctx, settings.ring);
  return rows.map(({ thread, event, channel, route, status }) => ({ thread, event, channel, route, status }));
}

function planOpenings(openings: readonly Announcement[], settings: NotifySettings): Plan[] {
  return openings.flatMap((announcement) =>
    chooseRecipients(announcement, [], settings).map((recipient) => ({
      announcement,
      recipient,
      beganUnheardAt: null,
    })),
  );
}

/** What follows a beginning goes to those who heard of it; an end that overtakes its beginning tells of both. */
async function planOthers(
  ctx: Ctx,
  others: readonly Announcement[],
  settings: NotifySettings,
): Promise<Plan[]> {
  if (others.length === 0) return [];
  const told = await findTold(ctx, [...new Set(others.flatMap(threadsToldOf))]);
  const toldByThread = Map.groupBy(told, ({ thread }) => thread);
  const plans = others.flatMap((announcement) => {
    const earlier = threadsToldOf(announcement).flatMap((thread) => toldByThread.get(thread) ?? []);
    return chooseRecipients(announcement, earlier, settings).map((recipient) => ({
      announcement,
      recipient,
    }));
  });
  const merged = await mergeOpenings(ctx, plans, told);
  return plans.map((plan) => ({
    ...plan,
    beganUnheardAt: merged.get(laneOf(plan.announcement.thread, plan.recipient.channel)) ?? null,
  }));
}

/** Takes back what no attempt was made to send and what an end makes untrue; answers when those things began, by thread and channel. */
async function mergeOpenings(
  ctx: Ctx,
  plans: readonly Omit<Plan, 'beganUnheardAt'>[],
  told: readonly Told[],
): Promise<Map<string, number>> {
  const ending = new Set(
    plans
      .filter(({ announcement }) => isResolution(announcement))
      .map(({ announcement, recipient }) => laneOf(announcement.thread, recipient.channel)),
  );
  const untried = told.filter(
    (row) => row.status === 'pending' && row.attempts === 0 && ending.has(laneOf(row.thread, row.channel)),
  );
  const unheard = new Set(untried.filter(isOpening).map((row) => laneOf(row.thread, row.channel)));
  const overtaken = untried.filter((row) => unheard.has(laneOf(row.thread, row.channel)));
  const superseded = await supersedeUntried(
    ctx,
    overtaken.map((row) => row.notification_id),
  );
  const openings = overtaken.filter((row) => isOpening(row) && superseded.has(row.notification_id));
  return new Map(openings.map((row) => [laneOf(row.thread, row.channel), row.created_at]));
}

function laneOf(thread: string, channel: string): string {
  return `${channel}\n${thread}`;
}

function threadsToldOf({ thread, joinedBy }: Announcement): string[] {
  return joinedBy === undefined ? [thread] : [thread, joinedBy];
}

function threadsOf(announcements: readonly Announcement[]): string[] {
  return [...new Set(announcements.map(({ thread }) => thread))];
}

async function writePlans(
  ctx: Ctx,
  plans: readonly Plan[],
  toRow: (plan: Plan) => NotificationRow,
): Promise<NotificationRow[]> {
  if (plans.length === 0) return [];
  const rows = plans.map(toRow);
  if (plans.every(({ announcement }) => announcement.isFirst)) {
    // None of them can be there already, so that which are new need not be asked.
    await writeLater(ctx, insertMessages(ctx, rows));
    return rows;
  }
  const written = await writeMessages(
    ctx,
    rows,
    threadsOf(plans.filter(isUrgent).map(({ announcement }) => announcement)),
  );
  return rows.filter((row) => written.has(row.notification_id));
}

/** What became more severe does not wait behind a beginning that still does. */
function isUrgent({ announcement: { event, isFirst }, recipient }: Plan): boolean {
  if (isFirst) return false;
  return event === 'incident.escalated' || (event === 'alert.firing' && recipient.waitMs === 0);
}
