import { toStorable } from '../../core/text.ts';
import { type Ctx, inTransaction, type TriageRow, writeLater } from '../../store/index.ts';
import { appendEvents } from '../queries-event.ts';
import { changeLeased, hasWaiting, leaseWaiting } from '../queries-leased.ts';
import { insertSummary } from '../queries-summary.ts';
import { attachReport } from './attach.ts';
import type { TriageReport } from './report.ts';

const leaseMs = 30_000;
const retryAfterMs = 5_000;
/** A failure comes again as a rule. */
const maxAttempts = 3;
/** A worker that ends takes along all that it had leased, most of it without fault: many must, before the triage is to blame. */
const maxWorkers = 10;

/** Leases triages that wait, oldest first; after a kill any worker gets them again. Answers [] when none waits. */
export async function claimTriages(ctx: Ctx, limit: number): Promise<TriageRow[]> {
  if (!(await hasWaiting(ctx, 'triage'))) return [];
  return leaseWaiting(ctx, 'triage', { token: ctx.ids.uuid(), untilMs: ctx.clock.now() + leaseMs, limit });
}

/**
 * Attaches the report in both forms, notes it, asks for a generated summary where one is wanted, and ends the triage, all
 * or nothing; answers false where the lease was lost.
 */
export function finishTriage(
  ctx: Ctx,
  triage: TriageRow,
  report: TriageReport,
  wantsSummary: boolean,
): Promise<boolean> {
  return inTransaction(ctx, async (ctx) => {
    const change = { status: 'done', finished_at: ctx.clock.now(), error: null } as const;
    const incidentId = await changeLeased(ctx, 'triage', triage, change);
    if (incidentId === null) return false;
    const summary = { triageId: triage.triage_id, incidentId, report: JSON.stringify(report) };
    await writeLater(ctx, [
      ...attachReport(ctx, incidentId, report),
      ...(wantsSummary ? insertSummary(ctx, summary) : []),
      ...appendEvents(ctx, [
        {
          incidentId,
          type: 'triage',
          message: `triage report attached. Next safe action: ${report.next_safe_action}`,
          meta: { triage_id: triage.triage_id, alert_ref: triage.alert_ref },
        },
      ]),
    ]);
    return true;
  });
}

/** Notes that a triage failed; it is tried again before its third attempt. Answers false where the lease was lost. */
export function failTriage(ctx: Ctx, triage: TriageRow, error: string): Promise<boolean> {
  const last = triage.attempts >= maxAttempts;
  return inTransaction(ctx, async (ctx) => {
    const nowMs = ctx.clock.now();
    const incidentId = await changeLeased(ctx, 'triage', triage, {
      error: toStorable(error, 2000),
      lease_token: null,
      ...(last ? { status: 'failed', finished_at: nowMs } : { locked_until: nowMs + retryAfterMs }),
    });
    if (incidentId === null) return false;
    const what = last ? 'and is given up' : 'and is tried again';
    const message = `triage failed ${what} (attempt ${triage.attempts}): ${toStorable(error, 500)}`;
    const meta = { triage_id: triage.triage_id, attempt: triage.attempts };
    await writeLater(ctx, appendEvents(ctx, [{ incidentId, type: 'triage', message, meta }]));
    return true;
  });
}

/** Answers whether so many workers have ended while they had it that it goes to no further one. */
export function isWornOut(triage: TriageRow): boolean {
  return triage.attempts > maxWorkers;
}
