/** The one scale, most severe first. */
export const severities = ['P0', 'P1', 'P2', 'P3', 'INFO'] as const;
export type Severity = (typeof severities)[number];

/** Answers 0 for P0 … 4 for INFO: the lower, the more severe. */
export function severityRank(severity: Severity): number {
  return severities.indexOf(severity);
}

/** Answers the more severe of two. */
export function worstSeverity(a: Severity, b: Severity): Severity {
  return severityRank(a) <= severityRank(b) ? a : b;
}

/** Answers the severity, lowered to the cap where it is more severe than that. */
export function capSeverity(severity: Severity, cap: Severity): Severity {
  return severityRank(severity) < severityRank(cap) ? cap : severity;
}

const words: ReadonlyMap<string, Severity> = new Map(
  Object.entries({
    critical: 'P0',
    fatal: 'P0',
    high: 'P1',
    error: 'P1',
    medium: 'P2',
    warning: 'P2',
    warn: 'P2',
    low: 'P3',
    info: 'INFO',
    none: 'INFO',
  } as const),
);

/** Answers the severity that a word on another scale means, or null; `original` is set where it was mapped. */
export function readSeverity(text: string): { severity: Severity; original: string | null } | null {
  const upper = text.trim().toUpperCase();
  const exact = severities.find((severity) => severity === upper);
  if (exact) return { severity: exact, original: null };
  const mapped = words.get(text.trim().toLowerCase());
  return mapped ? { severity: mapped, original: text } : null;
}
