import { ingest } from '../src/alerts/index.ts';
import type { AlertReport } from '../src/core/hand-over.ts';
import type { Ctx } from '../src/store/index.ts';

/** Answers a report of a service in prod that is down, unless it says otherwise. */
export function completeReport(report: Partial<AlertReport>): AlertReport {
  return {
    service: 'api',
    env: 'prod',
    kind: 'availability',
    severity: 'P1',
    title: 'api is down',
    message: null,
    source: 'monitor@node1',
    status: 'firing',
    startedAt: null,
    endsAt: null,
    labels: {},
    annotations: {},
    metrics: {},
    evidence: null,
    fingerprint: null,
    dedupeTtlMs: 30 * 60_000,
    ...report,
  };
}

/** Takes reports in, those of one title as one problem; answers the references of their alerts. */
export async function takeReports(ctx: Ctx, ...reports: Partial<AlertReport>[]): Promise<string[]> {
  const complete = reports.map((changes) =>
    completeReport({ fingerprint: changes.title ?? null, ...changes }),
  );
  const { answers } = await ingest(ctx, complete, { dedupeMaxMs: 1e12 });
  return answers.map((answer) => answer.alert_ref ?? '');
}
