import { toIso } from '../core/clock.ts';
import { describeError } from '../core/errors.ts';
import { isLeaseHeld } from '../health/index.ts';
import type { FlowCtx } from './context.ts';
import { checksLease } from './health-record.ts';
import { isPassStale, supervisorLease } from './presence.ts';

export type PartStatus = 'ok' | 'degraded' | 'down';

/** How a part of Tocsin itself does. */
export type Part = { status: PartStatus | 'unknown' } & Readonly<Record<string, unknown>>;

/** Leases are seen through the database alone. */
const outOfSight: Part = { status: 'unknown', reason: 'database_down' };

/** What the roles of this process, and those that others play, look like from here. */
export type RoleDeps = {
  ctx: FlowCtx;
  /** When the supervisor of this process last began a pass; null where another process has that role. */
  lastPassAt(): number | null;
  /** The schedule of this process; null where another process has that role. */
  schedule(): { isHolder(): boolean } | null;
};

/** Answers how the schedule does: here, or wherever the lease of the checks is held. */
export async function readScheduler({ ctx, schedule }: RoleDeps, isDatabaseGone: boolean): Promise<Part> {
  const own = schedule();
  if (own !== null) return { status: 'ok', runs_checks: own.isHolder() };
  if (isDatabaseGone) return outOfSight;
  const { components, jobs } = ctx.config;
  const isNeeded =
    components.some(({ checks }) => checks.length > 0) || jobs.profiles.some(({ enabled }) => enabled);
  return readElsewhere(ctx, checksLease, isNeeded ? 'nobody_schedules' : null);
}

/** Answers how the supervisor does: here, or wherever its lease is held. */
export async function readSupervisor({ ctx, lastPassAt }: RoleDeps, isDatabaseGone: boolean): Promise<Part> {
  const at = lastPassAt();
  if (at === null)
    return isDatabaseGone ? outOfSight : readElsewhere(ctx, supervisorLease, 'nobody_supervises');
  return { status: isPassStale(at, ctx.clock.now()) ? 'down' : 'ok', last_pass_at: toIso(at) };
}

/** This process does its own job without the others, so that one that is missing makes it degraded and not down. */
async function readElsewhere(ctx: FlowCtx, lease: string, absence: string | null): Promise<Part> {
  try {
    if (await isLeaseHeld(ctx, lease)) return { status: 'ok', elsewhere: true };
    return absence === null
      ? { status: 'unknown', reason: 'not_needed' }
      : { status: 'degraded', reason: absence };
  } catch (err) {
    ctx.log.warn({ tag: 'db', err }, `[db] the lease ${lease} cannot be read: ${describeError(err)}`);
    return outOfSight;
  }
}
