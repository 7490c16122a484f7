import type { Report } from './ledger.ts';
import type { Random } from './random.ts';

const services = 40;
const fingerprints = 3;
const newShare = 0.2;
const resolvedShare = 0.25;

/** Where reports come from: some problems that repeat and heal all the time, and ever new ones. */
export type Problems = {
  /** Answers the next report: a problem's beginning, a repeat or its end. */
  next(): Report;
  /** Answers the end of every problem that was ever reported. */
  endAll(): Report[];
};

// By the built-in policy: an incident with triage, one without, and two that are only told.
const kinds = [
  { env: 'prod', kind: 'availability', severity: 'P1' },
  { env: 'staging', kind: 'availability', severity: 'P1' },
  { env: 'prod', kind: 'latency', severity: 'P2' },
  { env: 'dev', kind: 'custom', severity: 'P3' },
] as const;

/** Answers problems in a mix that does not depend on time. */
export function createProblems(random: Random): Problems {
  const all = new Map<string, Report>();
  let count = 0;
  const build = (service: string, fingerprint: string): Report => ({
    ...random.pick(kinds),
    service,
    title: `${fingerprint} of ${service} is broken`,
    status: 'firing',
    labels: { fingerprint },
  });
  const remember = (report: Report): Report => {
    all.set(`${report.service} ${report.env} ${report.kind} ${report.labels.fingerprint}`, report);
    return report;
  };
  return {
    next() {
      if (random.isLucky(newShare)) return remember(build(`new-${++count}`, 'part-1'));
      const report = build(
        `service-${random.between(1, services)}`,
        `part-${random.between(1, fingerprints)}`,
      );
      if (random.isLucky(resolvedShare)) return { ...report, status: 'resolved' };
      // Sometimes it gets worse, which sends a settled alert round again.
      return remember(
        random.isLucky(0.05) && report.severity === 'P2' ? { ...report, severity: 'P1' } : report,
      );
    },
    endAll: () => [...all.values()].map((report) => ({ ...report, status: 'resolved' })),
  };
}
