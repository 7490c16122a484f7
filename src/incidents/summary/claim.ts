import { toIso } from '../../core/clock.ts';
import { toStorable } from '../../core/text.ts';
import { type Ctx, inTransaction, runStatements, type TriageSummaryRow } from '../../store/index.ts';
import { appendEvents } from '../queries-event.ts';
import { changeLeased, hasWaiting, leaseWaiting } from '../queries-leased.ts';
import { attachReport } from '../triage/attach.ts';
import type { TriageReport } from '../triage/report.ts';
import type { Written } from './read-answer.ts';

/** Well beyond the time that asking takes. */
const leaseMs = 60_000;
const maxAttempts = 3;

/** Leases the summary that waits longest; after a kill any worker gets it again. Null: none waits. */
export async function claimSummary(ctx: Ctx): Promise<TriageSummaryRow | null> {
  if (!(await hasWaiting(ctx, 'triage_summary'))) return null;
  const untilMs = ctx.clock.now() + leaseMs;
  const [leased] = await leaseWaiting(ctx, 'triage_summary', { token: ctx.ids.uuid(), untilMs, limit: 1 });
  return leased ?? null;
}

/** Answers the report that a leased summary is for. */
export function readReport(summary: TriageSummaryRow): TriageReport {
  return JSON.parse(summary.report ?? 'null') as TriageReport;
}

/** Answers whether all attempts are used up: its worker died in each of them. */
export function isSummaryWornOut(summary: TriageSummaryRow): boolean {
  return summary.attempts > maxAttempts;
}

/** Attaches the report anew with what the model wrote, marked as generated; answers false where the lease was lost. */
export function finishSummary(
  ctx: Ctx,
  summary: TriageSummaryRow,
  { written, model }: { written: Written; model: string },
): Promise<boolean> {
  return inTransaction(ctx, async (ctx) => {
    const nowMs = ctx.clock.now();
    const change = { status: 'done', report: null, finished_at: nowMs } as const;
    const incidentId = await changeLeased(ctx, 'triage_summary', summary, change);
    if (incidentId === null) return false;
    const generated = { ...written, model, made_at: toIso(nowMs) };
    const report: TriageReport = { ...readReport(summary), generated };
    await runStatements(ctx, [
      ...attachReport(ctx, incidentId, report),
      ...appendEvents(ctx, [
        {
          incidentId,
          type: 'triage',
          message: `generated summary (by ${model}, may be wrong), risk ${written.risk}: ${written.summary}`,
          meta: { triage_id: summary.triage_id, generated: true, model, risk: written.risk },
        },
      ]),
    ]);
    return true;
  });
}

/** Notes that there is no generated summary, and why; the report stands as it is. Answers false where the lease was lost. */
export function failSummary(
  ctx: Ctx,
  summary: TriageSummaryRow,
  why: { reason: string; error: string },
): Promise<boolean> {
  return inTransaction(ctx, async (ctx) => {
    const error = toStorable(why.error, 500);
    const change = { status: 'failed', report: null, error, finished_at: ctx.clock.now() } as const;
    const incidentId = await changeLeased(ctx, 'triage_summary', summary, change);
    if (incidentId === null) return false;
    const message = `no generated summary: ${error}. The report stands without it.`;
    const meta = { triage_id: summary.triage_id, generated: false, reason: why.reason };
    const event = { incidentId, type: 'triage', message, meta } as const;
    await runStatements(ctx, appendEvents(ctx, [event]));
    return true;
  });
}

/** Hands a summary back that was not asked for to the end; it counts as no attempt. */
export async function returnSummary(ctx: Ctx, summary: TriageSummaryRow): Promise<void> {
  await changeLeased(ctx, 'triage_summary', summary, {
    lease_token: null,
    locked_until: null,
    attempts: summary.attempts - 1,
  });
}
