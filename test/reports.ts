import type { AlertReport } from '../src/core/hand-over.ts';

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
