import {
  type AlertEventRow,
  type AlertRow,
  type Ctx,
  insertMany,
  inTransaction,
  updateMany,
} from '../store/index.ts';
import { decideFailure } from './decide.ts';
import { lockStalled } from './queries-claim.ts';

const batch = 500;

/**
 * Puts alerts back whose lease has ended, which counts as an attempt, and failed ones that are due; what has no attempts
 * left ends `dead`. Answers how many it moved.
 */
export function releaseStalled(ctx: Ctx, maxAttempts: number): Promise<number> {
  return inTransaction(ctx, async (ctx) => {
    const nowMs = ctx.clock.now();
    const moved = (await lockStalled(ctx, nowMs, batch)).map((row) => release(ctx, row, nowMs, maxAttempts));
    await updateMany(
      ctx,
      'alert',
      'alert_ref',
      moved.map(({ change }) => change),
    );
    await insertMany(
      ctx,
      'alert_event',
      moved.map(({ event }) => event),
    );
    return moved.length;
  });
}

function release(ctx: Ctx, row: AlertRow, nowMs: number, maxAttempts: number) {
  const lost = row.status === 'processing';
  const failure = lost ? decideFailure(row.attempts, 0, maxAttempts) : null;
  const status: AlertRow['status'] = failure?.status === 'dead' ? 'dead' : 'new';
  const change = {
    alert_ref: row.alert_ref,
    status,
    attempts: failure?.attempts ?? row.attempts,
    owner: null,
    lease_token: null,
    processing_lock_until: null,
    retry_at: null,
    last_error: lost ? `worker ${row.owner} lost` : row.last_error,
    updated_at: nowMs,
  };
  const event: AlertEventRow = {
    alert_ref: row.alert_ref,
    event_id: ctx.ids.ulid(),
    at: nowMs,
    actor: ctx.actor.name,
    from_status: row.status,
    to_status: status,
    reason: lost ? 'lease_ended' : 'retry_due',
    note: lost ? `held by ${row.owner}` : null,
    request_id: ctx.requestId,
  };
  return { change, event };
}
