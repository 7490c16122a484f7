import type { Announcement } from '../core/hand-over.ts';
import { type Ctx, type NotificationRow, runAfterCommit, writeLater } from '../store/index.ts';
import { chooseRecipients, isOpening, isResolution, type Told } from './choose-recipients.ts';
import { createRow, type Plan } from './create-row.ts';
import { createDueTimes } from './due.ts';
import { createIdempotencyKey } from './idempotency-key.ts';
import { findTold, insertMessages, supersedeWaiting, writeMessages } from './queries-announce.ts';
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
  const merged = await mergeWaiting(ctx, others.filter(isResolution), plans, told);
  return plans.map((plan) => ({ ...plan, beganUnheardAt: merged.get(laneOfPlan(plan)) ?? null }));
}

/**
 * Takes back what has not got through yet and what an end makes untrue, also where no end is told; answers when it was
 * written, by thread and channel, where nothing was heard. An attempt whose answer was lost may have told of it: the end
 * says it again, and stays true.
 */
async function mergeWaiting(
  ctx: Ctx,
  ends: readonly Announcement[],
  plans: readonly Omit<Plan, 'beganUnheardAt'>[],
  told: readonly Told[],
): Promise<Map<string, number>> {
  const ending = new Set(ends.map(({ thread }) => thread));
  // An end that is announced again adds nothing, so that it must stay.
  const own = new Set(
    plans.map(({ announcement, recipient }) => createIdempotencyKey(announcement, recipient.channel)),
  );
  const rows = told.filter((row) => ending.has(row.thread) && !own.has(row.idempotency_key));
  const waiting = rows.filter(({ status }) => status === 'pending');
  const superseded = await supersedeWaiting(
    ctx,
    waiting.map((row) => row.notification_id),
  );
  const heard = new Set(
    rows.filter(({ status }) => status === 'sending' || status === 'delivered').map(laneOf),
  );
  const unheard = waiting.filter((row) => superseded.has(row.notification_id) && !heard.has(laneOf(row)));
  // Of several of a channel the oldest counts.
  return new Map(unheard.toReversed().map((row) => [laneOf(row), row.created_at]));
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

/** What is or became severe does not wait behind what was written before and waits longer. */
function isUrgent({ announcement: { event, isFirst, facts } }: Plan): boolean {
  if (isFirst) return false;
  return event === 'incident.escalated' || event === 'alert.firing' || facts.severity === 'P0';
}

function toAnnounced({ plan, row }: Written): Announced {
  const { thread, event, channel, route, status } = row;
  return { thread, event, channel, route, status, isQuiet: plan.due.isQuiet };
}
