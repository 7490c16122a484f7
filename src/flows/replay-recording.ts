import { selectRecordedAlerts, selectSuperseded } from '../alerts/index.ts';
import { affectedKey, componentsOf } from '../core/components.ts';
import type { AlertReport } from '../core/hand-over.ts';
import type { AlertRow, Ctx } from '../store/index.ts';
import { readLabels } from './announce-alert.ts';

/** A report and when it came. */
export type TimedReport = { at: number; report: AlertReport };

const page = 500;

/** Answers the reports that the recorded alerts since the time were made of, in their order. */
export async function readRecording(
  ctx: Ctx,
  sinceMs: number,
): Promise<{ alerts: number; reports: TimedReport[] }> {
  const reports: TimedReport[] = [];
  let alerts = 0;
  for (let afterRef = ''; ; ) {
    const rows = await selectRecordedAlerts(ctx, sinceMs, { afterRef, limit: page });
    const superseded = await selectSuperseded(
      ctx,
      rows.map((row) => row.alert_ref),
    );
    for (const row of rows) reports.push(...toReports(row, superseded.has(row.alert_ref)));
    alerts += rows.length;
    afterRef = rows.at(-1)?.alert_ref ?? '';
    if (rows.length < page) break;
  }
  return { alerts, reports: reports.sort((a, b) => a.at - b.at) };
}

/**
 * Answers the reports of one alert. Of repeats only their number and the last time are recorded: as many as keep it alive
 * are spread evenly. What another alert took the place of has no end of its own.
 */
export function toReports(row: AlertRow, isSuperseded: boolean): TimedReport[] {
  const firing = toReport(row);
  const spanMs = row.last_seen_at - row.first_seen_at;
  const aliveMs = row.dedupe_ttl_ms === null ? Number.POSITIVE_INFINITY : Math.max(1, row.dedupe_ttl_ms / 2);
  const needed = Math.max(1, Math.ceil(spanMs / aliveMs));
  const repeats = Math.min(row.occurrences - 1, needed);
  const timed = Array.from({ length: repeats + 1 }, (_, i) => ({
    at: repeats === 0 ? row.first_seen_at : Math.round(row.first_seen_at + (spanMs * i) / repeats),
    report: firing,
  }));
  if (row.ended_at === null || isSuperseded) return timed;
  return [...timed, { at: row.ended_at, report: { ...firing, status: 'resolved' as const, endsAt: null } }];
}

function toReport(row: AlertRow): AlertReport {
  const components = componentsOf(row);
  return {
    service: row.service,
    env: row.env,
    kind: row.kind,
    severity: row.severity,
    title: row.title,
    message: row.message,
    source: row.source,
    status: 'firing',
    startedAt: row.started_at,
    endsAt: row.ends_at,
    labels: readLabels(row),
    // Of annotations these alone decide anything.
    annotations:
      row.component === null && components.length > 0 ? { [affectedKey]: components.join(',') } : {},
    metrics: {},
    evidence: null,
    fingerprint: row.fingerprint,
    dedupeTtlMs: row.dedupe_ttl_ms,
  };
}
