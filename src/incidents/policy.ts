import { notifyOnly } from '../config/built-in-policy.ts';
import type { PolicyRule, RoutingPolicy } from '../config/types.ts';
import { explainMatch, type FactsMatch, type Mismatch, matchesFacts } from '../core/match.ts';
import type { Severity } from '../core/severity.ts';

/** What a rule of the routing policy looks at. */
export type PolicySubject = {
  env: string;
  severity: Severity;
  kind: string;
  service: string;
  labels: Readonly<Record<string, string>>;
};

/** Stands in where no rule matches: a list that forgets something must not make it silent. */
const unmatched: PolicyRule = {
  name: 'no-rule-matched',
  match: {},
  actions: notifyOnly,
};

/** What a rule says to an alert: the first that matches decides. */
export type RuleVerdict = { rule: PolicyRule } & (
  | { verdict: 'matches' }
  | { verdict: 'mismatch'; mismatches: readonly Mismatch[] }
  | { verdict: 'not_reached' }
);

/** Answers what each rule says to the subject, in order. */
export function explainPolicy(policy: RoutingPolicy, subject: PolicySubject): RuleVerdict[] {
  const facts = { ...subject, components: [], source: '' };
  let isMatched = false;
  return policy.rules.map((rule): RuleVerdict => {
    if (isMatched) return { rule, verdict: 'not_reached' };
    const mismatches = explainMatch(toFactsMatch(rule.match), facts);
    if (mismatches.length > 0) return { rule, verdict: 'mismatch', mismatches };
    isMatched = true;
    return { rule, verdict: 'matches' };
  });
}

/** Answers the first rule that matches; where none does, one that tells all routes and opens no incident. */
export function matchPolicyRule(policy: RoutingPolicy, subject: PolicySubject): PolicyRule {
  const facts = { ...subject, components: [], source: '' };
  return policy.rules.find((rule) => matchesFacts(toFactsMatch(rule.match), facts)) ?? unmatched;
}

function toFactsMatch({ envIn, severityIn, kindIn, serviceIn, labels }: PolicyRule['match']): FactsMatch {
  return {
    ...(envIn && { env: envIn }),
    ...(severityIn && { severity: severityIn }),
    ...(kindIn && { kind: kindIn }),
    ...(serviceIn && { service: serviceIn }),
    ...(labels && { labels }),
  };
}
