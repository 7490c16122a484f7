import type { Ctx } from '../store/index.ts';
import { foldRepeats } from './fold-repeats.ts';
import { createHeardSources } from './heard-sources.ts';
import type { KeyedReport } from './keyed-report.ts';
import { repeatAlerts } from './queries-repeat.ts';
import { answerOf, type IngestAnswer } from './types.ts';
import { whenCrosswise } from './when-crosswise.ts';

/**
 * Takes reports that probably do no more than repeat what is live, in one round trip; answers null for each that may do
 * more, or repeats nothing: that one has to go through `ingest`, which looks first and leaves the same of a plain one.
 */
export async function ingestRepeats(
  ctx: Ctx,
  reports: readonly KeyedReport[],
  policy: { dedupeMaxMs: number },
  heard = createHeardSources(),
): Promise<(IngestAnswer | null)[]> {
  const nowMs = ctx.clock.now();
  const repeats = foldRepeats(reports);
  if (repeats.length === 0) return reports.map(() => null);
  const keys = new Set(repeats.map(({ key }) => key));
  const sources = heard.due(
    reports.flatMap(({ report, dedupeKey }) => (keys.has(dedupeKey) ? [report.source] : [])),
    nowMs,
  );
  const times = { nowMs, sinceMs: nowMs - policy.dedupeMaxMs };
  const rows = await repeatAlerts(ctx, repeats, { ...times, sources }).catch(whenCrosswise([]));
  if (rows.length > 0) heard.written(sources);
  // Each is answered as if they had come one by one.
  const asBefore = rows.map((row) => ({ ...row, occurrences: row.occurrences - row.reports }));
  const ofKey = new Map(asBefore.map((row) => [row.dedupe_key, row]));
  return reports.map(({ dedupeKey }) => {
    const row = ofKey.get(dedupeKey);
    if (!row) return null;
    row.occurrences += 1;
    return answerOf(row, true);
  });
}
