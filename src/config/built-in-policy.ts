import { escalationSchema } from './schema/escalation.ts';
import { policySchema } from './schema/policy.ts';
import type { EscalationPolicy, PolicyRule, RoutingPolicy } from './types.ts';

const minuteMs = 60_000;
/** What a rule does that tells all routes, and nothing else. */
export const notifyOnly: PolicyRule['actions'] = {
  autoIncident: false,
  autoTriage: false,
  incidentSeverityCap: null,
  dedupeWindowMs: null,
  triageMode: 'deterministic',
  attachAlertArtifact: false,
  ack: true,
  notify: null,
};
const incidentAndTriage = { ...notifyOnly, autoIncident: true, autoTriage: true };

/** Answers the policy that is in force where no file is: equal to config/alert_routing_policy.yml. */
export function builtInPolicy(): RoutingPolicy {
  return { defaults: policySchema.parse({}).defaults, rules: builtInRules() };
}

/** Answers the rules of the built-in policy, in order. */
export function builtInRules(): readonly PolicyRule[] {
  return [
    {
      name: 'prod-urgent',
      match: { envIn: ['prod'], severityIn: ['P0', 'P1'] },
      actions: { ...incidentAndTriage, dedupeWindowMs: 180 * minuteMs },
    },
    {
      name: 'security',
      match: { kindIn: ['security'] },
      actions: { ...incidentAndTriage, incidentSeverityCap: 'P0', dedupeWindowMs: 360 * minuteMs },
    },
    {
      name: 'resources',
      match: {
        envIn: ['prod', 'staging'],
        severityIn: ['P0', 'P1', 'P2'],
        kindIn: ['oom', 'crashloop', 'disk'],
      },
      actions: { ...incidentAndTriage, dedupeWindowMs: 240 * minuteMs },
    },
    {
      name: 'staging-high',
      match: { envIn: ['staging'], severityIn: ['P1'] },
      actions: { ...notifyOnly, autoIncident: true, dedupeWindowMs: 120 * minuteMs },
    },
    { name: 'rest', match: {}, actions: notifyOnly },
  ];
}

/** Answers the escalation policy that is in force where no file is: equal to config/incident_escalation_policy.yml. */
export function builtInEscalation(): EscalationPolicy {
  return { defaults: escalationSchema.parse({}).defaults, rules: builtInEscalationRules() };
}

/** Answers the rules of the built-in escalation policy, in order. */
export function builtInEscalationRules(): EscalationPolicy['rules'] {
  const followup = {
    title: 'Find out why it keeps coming back',
    priority: 'P1',
    dueMs: 24 * 60 * minuteMs,
    owner: 'on-call',
  } as const;
  return [
    { name: 'p2-to-p1', from: 'P2', to: 'P1', occurrences60m: 10, triageCount24h: 3, followup },
    { name: 'p1-to-p0', from: 'P1', to: 'P0', occurrences60m: 25, triageCount24h: 6, followup },
  ];
}
