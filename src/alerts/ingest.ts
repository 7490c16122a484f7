import type { AlertReport } from '../core/hand-over.ts';
import { type Ctx, inTransaction, runAfterCommit } from '../store/index.ts';
import { foldReports } from './fold.ts';
import { createHeardSources } from './heard-sources.ts';
import { type KeyedReport, keyReport } from './keyed-report.ts';
import { lockLiveAlerts, writeFold } from './queries-ingest.ts';
import type { IngestAnswer } from './types.ts';

export type IngestOutcome = {
  answers: IngestAnswer[];
  /** Whether an alert waits for the supervisor now. */
  hasWork: boolean;
};

/**
 * Takes reports: the one door through which alerts come and end. Runs in the caller's transaction, or in one of its own;
 * the answers are true once that has committed.
 */
export function ingest(
  ctx: Ctx,
  reports: readonly AlertReport[],
  policy: { dedupeMaxMs: number },
): Promise<IngestOutcome> {
  return ingestKeyed(
    ctx,
    reports.map((report) => keyReport(report, ctx.requestId)),
    policy,
  );
}

/** As `ingest`, for reports that already have their keys; `heard` leaves out sources that were written down just now. */
export function ingestKeyed(
  ctx: Ctx,
  reports: readonly KeyedReport[],
  policy: { dedupeMaxMs: number },
  heard = createHeardSources(),
): Promise<IngestOutcome> {
  return inTransaction(ctx, async (ctx) => {
    const nowMs = ctx.clock.now();
    const liveRows = await lockLiveAlerts(ctx, [...new Set(reports.map((keyed) => keyed.dedupeKey))]);
    const fold = foldReports(reports, liveRows, { nowMs, ids: ctx.ids, dedupeMaxMs: policy.dedupeMaxMs });
    const sources = heard.due(
      reports.map((keyed) => keyed.report.source),
      nowMs,
    );
    await writeFold(ctx, fold, sources);
    runAfterCommit(ctx, () => heard.written(sources));
    return { answers: fold.answers, hasWork: fold.hasWork };
  });
}
