import type { EscalationPolicy, EscalationRule } from '../config/types.ts';
import { capSeverity, type Severity, severityRank } from '../core/severity.ts';

/** What rolled together of one signature in one env. */
export type EscalationCounts = { occurrences60m: number; triageCount24h: number };

export type EscalationStep = {
  rule: EscalationRule;
  from: Severity;
  to: Severity;
  /** The numbers that were enough, for people. */
  why: string;
};

export type EscalationDecision = {
  /** In order; none where nothing becomes more severe. */
  steps: readonly EscalationStep[];
  reason: 'escalated' | 'below_thresholds' | 'at_cap';
};

/** Answers which rules make something more severe, one after the other, never above either cap; null: no cap of its own. */
export function decideEscalation(
  subject: { severity: Severity; severityCap: Severity | null },
  counts: EscalationCounts,
  policy: EscalationPolicy,
): EscalationDecision {
  const steps: EscalationStep[] = [];
  let current = subject.severity;
  for (;;) {
    const from = current;
    const rule = policy.rules.find((rule) => rule.from === from && isEnough(rule, counts));
    if (!rule) return { steps, reason: steps.length > 0 ? 'escalated' : 'below_thresholds' };
    const capped = capSeverity(rule.to, policy.defaults.severityCap);
    const to = subject.severityCap === null ? capped : capSeverity(capped, subject.severityCap);
    if (severityRank(to) >= severityRank(from))
      return { steps, reason: steps.length > 0 ? 'escalated' : 'at_cap' };
    steps.push({ rule, from, to, why: describeEnough(rule, counts) });
    current = to;
  }
}

/** Answers whether the counts are enough for any rule at all. */
export function mayEscalate(counts: EscalationCounts, { rules }: EscalationPolicy): boolean {
  return rules.some((rule) => isEnough(rule, counts));
}

function isEnough(rule: EscalationRule, counts: EscalationCounts): boolean {
  const { occurrences60m, triageCount24h } = rule;
  return (
    (occurrences60m !== null && counts.occurrences60m >= occurrences60m) ||
    (triageCount24h !== null && counts.triageCount24h >= triageCount24h)
  );
}

function describeEnough(rule: EscalationRule, counts: EscalationCounts): string {
  const { occurrences60m: reports, triageCount24h: triages } = rule;
  const parts = [
    ...(reports !== null && counts.occurrences60m >= reports
      ? [`${counts.occurrences60m} reports in 60 min, ${reports} are enough`]
      : []),
    ...(triages !== null && counts.triageCount24h >= triages
      ? [`${counts.triageCount24h} triages in 24 h, ${triages} are enough`]
      : []),
  ];
  return parts.join('; ');
}
