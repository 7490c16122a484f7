import type { AlertReport } from '../core/hand-over.ts';
import { dedupeKeyOf, fingerprintOf, stripVariables } from './fingerprint.ts';

/** A report with its key; made once, before the transaction. */
export type KeyedReport = {
  report: AlertReport;
  requestId: string | null;
  fingerprint: string;
  dedupeKey: string;
};

/** Answers the report with what makes it the same problem as another. */
export function keyReport(
  report: AlertReport,
  requestId: string | null,
  strip: (title: string) => string = stripVariables,
): KeyedReport {
  const { service, env, kind, title, labels } = report;
  const fingerprint = labels.fingerprint || report.fingerprint || fingerprintOf(service, kind, strip(title));
  return { report, requestId, fingerprint, dedupeKey: dedupeKeyOf(service, env, kind, fingerprint) };
}
