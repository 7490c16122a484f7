import type { AlertReport } from '../core/hand-over.ts';
import { dedupeKeyOf, fingerprintOf, identityOf, stripVariables } from './fingerprint.ts';

/** A report with what makes it the same problem as another. */
export type NamedReport = {
  report: AlertReport;
  requestId: string | null;
  fingerprint: string;
  /** What the key is the hash of. */
  identity: string;
};

/** A report with its key; made once, before the transaction. */
export type KeyedReport = Omit<NamedReport, 'identity'> & { dedupeKey: string };

/** Answers the report with what makes it the same problem as another. */
export function nameReport(
  report: AlertReport,
  requestId: string | null,
  strip: (title: string) => string = stripVariables,
): NamedReport {
  const { service, env, kind, title, labels } = report;
  const fingerprint = labels.fingerprint || report.fingerprint || fingerprintOf(service, kind, strip(title));
  return { report, requestId, fingerprint, identity: identityOf(service, env, kind, fingerprint) };
}

/** Answers the report with its key. */
export function keyNamed({ report, requestId, fingerprint, identity }: NamedReport): KeyedReport {
  return { report, requestId, fingerprint, dedupeKey: dedupeKeyOf(identity) };
}

/** Answers the report with its key, in one step. */
export function keyReport(report: AlertReport, requestId: string | null): KeyedReport {
  return keyNamed(nameReport(report, requestId));
}
