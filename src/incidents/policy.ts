import type { PolicyRule, RoutingPolicy } from '../config/types.ts';
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
  actions: {
    autoIncident: false,
    autoTriage: false,
    incidentSeverityCap: null,
    dedupeWindowMs: null,
    triageMode: 'deterministic',
    notify: null,
  },
};

/** Answers the first rule that matches; where none does, one that tells all routes and opens no incident. */
export function matchPolicyRule(policy: RoutingPolicy, subject: PolicySubject): PolicyRule {
  return policy.rules.find((rule) => isMatch(rule.match, subject)) ?? unmatched;
}

function isMatch(match: PolicyRule['match'], subject: PolicySubject): boolean {
  return (
    isOneOf(match.envIn, subject.env) &&
    isOneOf(match.severityIn, subject.severity) &&
    isOneOf(match.kindIn, subject.kind) &&
    isOneOf(match.serviceIn, subject.service) &&
    Object.entries(match.labels ?? {}).every(([name, value]) => subject.labels[name] === value)
  );
}

function isOneOf(wanted: readonly string[] | undefined, found: string): boolean {
  return wanted === undefined || wanted.includes(found);
}
