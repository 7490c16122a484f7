import { policySchema } from './schema/policy.ts';
import type { PolicyRule, RoutingPolicy } from './types.ts';

const minuteMs = 60_000;
const notifyOnly: PolicyRule['actions'] = {
  autoIncident: false,
  autoTriage: false,
  incidentSeverityCap: null,
  dedupeWindowMs: null,
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
