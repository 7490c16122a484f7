import type { Ctx } from '../store/index.ts';
import { createHeardSources } from './heard-sources.ts';
import type { KeyedReport } from './keyed-report.ts';
import { buildAlert } from './new-alert.ts';
import { insertFreshAlerts } from './queries-ingest.ts';
import { answerOf, type IngestAnswer } from './types.ts';
import { whenCrosswise } from './when-crosswise.ts';

/**
 * Takes firing reports that are probably the first of their problem, in one round trip; answers null for each whose key is
 * held after all: that one has to go through `ingest`, which looks first.
 */
export async function ingestFresh(
  ctx: Ctx,
  reports: readonly KeyedReport[],
  heard = createHeardSources(),
): Promise<(IngestAnswer | null)[]> {
  const nowMs = ctx.clock.now();
  const alerts = reports.map((keyed) => buildAlert(keyed, ctx.ids.ulid(), nowMs, null));
  const sources = heard.due(
    alerts.map(({ source }) => source),
    nowMs,
  );
  const { inserted, hasHeard } = await insertFreshAlerts(ctx, alerts, sources).catch(
    whenCrosswise({ inserted: new Set<string>(), hasHeard: false }),
  );
  if (hasHeard) heard.written(sources);
  return alerts.map((alert) => (inserted.has(alert.alert_ref) ? answerOf(alert, false) : null));
}
