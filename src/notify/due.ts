import { createZones } from '../core/cron/index.ts';
import type { Announcement } from '../core/hand-over.ts';
import { findQuietEnd } from '../core/quiet-hours.ts';
import type { Recipient } from './choose-recipients.ts';

/** When a message is to go out, and whether it waits until then for the end of its route's quiet hours. */
export type Due = { dueAt: number; isQuiet: boolean };

/** Answers what says when messages are to go out that are written now. */
export function createDueTimes(
  nowMs: number,
): (announcement: Pick<Announcement, 'facts'>, recipient: Recipient) => Due {
  const zones = createZones();
  return ({ facts }, { waitMs, quietHours }) => {
    const dueAt = nowMs + waitMs;
    const endsAt =
      quietHours === null || facts.severity === 'P0' ? null : findQuietEnd(quietHours, zones, dueAt);
    return { dueAt: endsAt ?? dueAt, isQuiet: endsAt !== null };
  };
}
