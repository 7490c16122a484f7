import { z } from 'zod';
import { redactText } from '../config/index.ts';
import { defineAction } from '../core/action.ts';
import { toIso } from '../core/clock.ts';
import { severities } from '../core/severity.ts';
import { wholeNumber } from '../core/text.ts';
import type { Ctx } from '../store/index.ts';
import { judgeLoop, type LoopFigure, type LoopState, stuckAfterMs } from './loop-slo.ts';
import { countAlerts } from './queries-count.ts';
import { countStuck, findNewest, selectTopSignatures, selectWaits } from './queries-dashboard.ts';
import { listSources } from './queries-incident.ts';
import { selectAlerts } from './queries-page.ts';
import { alertStatuses, alertView } from './types.ts';
import { toAlertView } from './view.ts';

const minuteMs = 60_000;
const latestCount = 10;
/** Of so many the signatures are compared: what comes most now. */
const comparedCount = 5_000;

const loopView = z.object({
  claim_to_ack_p95_seconds: z.number().nullable(),
  failed_rate_pct: z.number(),
  processing_stuck_count: z.number(),
  violations: z.array(z.string()),
});

const dashboardView = z.object({
  window_minutes: z.number(),
  total: z.number(),
  live: z.number(),
  by_status: z.record(z.enum(alertStatuses), z.number()),
  by_severity: z.record(z.enum(severities), z.number()),
  top_signatures: z.array(
    z.object({
      signature: z.string(),
      service: z.string(),
      kind: z.string(),
      title: z.string(),
      alerts: z.number(),
      occurrences: z.number(),
    }),
  ),
  top_signatures_since: z
    .string()
    .optional()
    .describe(
      'Given where only the newest alerts of the window were compared: when the first of these came.',
    ),
  latest: z.array(alertView),
  sources: z.array(z.object({ source: z.string(), last_seen_at: z.string() })),
  loop: loopView,
});

/** The board: how many alerts in which state, what comes most, who was heard when, and whether the loop keeps up. */
export const showDashboard = defineAction({
  name: 'alerts.dashboard',
  summary: 'Counts, top signatures, latest alerts, sources and the loop itself',
  input: z.strictObject({ window_minutes: wholeNumber(1, 525_600).default(240) }),
  output: dashboardView,
  entitlement: 'tools.alerts.read',
  http: { method: 'GET', path: '/v1/alerts/dashboard' },
  cli: { command: 'alerts dashboard' },
  async run(ctx: Ctx, input) {
    const nowMs = ctx.clock.now();
    const sinceMs = nowMs - input.window_minutes * minuteMs;
    const [counts, topSignatures, oldestCompared, latest, sources, waits, stuck] = await Promise.all([
      countAlerts(ctx, sinceMs),
      selectTopSignatures(ctx, sinceMs, { newest: comparedCount, limit: latestCount }),
      findNewest(ctx, sinceMs, comparedCount),
      selectAlerts(ctx, {}, { afterRef: null, limit: latestCount }),
      listSources(ctx),
      selectWaits(ctx, sinceMs),
      countStuck(ctx, nowMs - stuckAfterMs),
    ]);
    return {
      window_minutes: input.window_minutes,
      total: counts.total,
      live: counts.live,
      by_status: counts.byStatus,
      by_severity: counts.bySeverity,
      top_signatures: topSignatures.map((row) => ({ ...row, title: redactText(row.title) })),
      ...(counts.total > comparedCount && oldestCompared !== null
        ? { top_signatures_since: toIso(oldestCompared) }
        : {}),
      latest: latest.map(toAlertView),
      sources: sources.map((row) => ({ source: row.source, last_seen_at: toIso(row.last_seen_at) })),
      loop: viewLoop(judgeLoop(counts.byStatus, waits, stuck)),
    };
  },
});

function viewLoop(state: LoopState): z.infer<typeof loopView> {
  const figureOf = (figure: LoopFigure) => state.find(({ name }) => name === figure)?.value ?? null;
  return {
    claim_to_ack_p95_seconds: figureOf('claim_to_ack_p95_seconds'),
    failed_rate_pct: figureOf('failed_rate_pct') ?? 0,
    processing_stuck_count: figureOf('processing_stuck_count') ?? 0,
    violations: state.filter(({ violated }) => violated).map(({ name }) => name),
  };
}
