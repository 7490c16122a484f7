import { z } from 'zod';
import type { PolicyDefaults, PolicyRule, RoutingPolicy } from '../types.ts';
import { section, severity, slug, text, textList, textMap, wholeNumber, withoutUndefined } from './fields.ts';

const seconds = z.number().min(0).max(86_400);
const minutes = z.number().min(0).max(43_200);
const atLeastOne = wholeNumber.min(1).max(100_000);

const defaultsSchema = section({
  poll_interval_seconds: seconds.min(0.1).default(5).describe('The longest time between two passes.'),
  max_alerts_per_run: atLeastOne.default(25),
  max_incidents_per_run: atLeastOne.default(5),
  max_triages_per_run: atLeastOne.default(5),
  dedupe_window_minutes_default: minutes
    .default(120)
    .describe('How long an incident takes in further alerts.'),
  triage_cooldown_minutes: minutes.default(15),
  llm_mode: z
    .enum(['off', 'local', 'remote'])
    .default('off')
    .describe('Where triages may have a summary written: nowhere, in your own network, or anywhere.'),
  resolve_hold_seconds: seconds.default(60).describe('How long all alerts must stay ended.'),
  reopen_minutes: minutes.default(30).describe('How long a resolved incident can be opened again.'),
  storm_threshold: atLeastOne.default(20).describe('Signatures within the group window that make a storm.'),
  group_window_seconds: seconds.default(60),
  max_attempts: atLeastOne.default(5).describe('Failures after which an alert is dead.'),
  dedupe_max_hours: z.number().min(0).max(8760).default(24).describe('The longest life of a repeated alert.'),
}).transform(
  (raw): PolicyDefaults => ({
    pollIntervalMs: raw.poll_interval_seconds * 1000,
    maxAlertsPerRun: raw.max_alerts_per_run,
    maxIncidentsPerRun: raw.max_incidents_per_run,
    maxTriagesPerRun: raw.max_triages_per_run,
    dedupeWindowMs: raw.dedupe_window_minutes_default * 60_000,
    triageCooldownMs: raw.triage_cooldown_minutes * 60_000,
    llmMode: raw.llm_mode,
    resolveHoldMs: raw.resolve_hold_seconds * 1000,
    reopenMs: raw.reopen_minutes * 60_000,
    stormThreshold: raw.storm_threshold,
    groupWindowMs: raw.group_window_seconds * 1000,
    maxAttempts: raw.max_attempts,
    dedupeMaxMs: raw.dedupe_max_hours * 3_600_000,
  }),
);

const matchSchema = section({
  env_in: textList.min(1).optional(),
  severity_in: z.array(severity).min(1).optional(),
  kind_in: textList.min(1).optional(),
  service_in: textList.min(1).optional(),
  labels: textMap.optional(),
}).transform((raw) =>
  withoutUndefined({
    envIn: raw.env_in,
    severityIn: raw.severity_in,
    kindIn: raw.kind_in,
    serviceIn: raw.service_in,
    labels: raw.labels,
  }),
);

const actionsSchema = section({
  auto_incident: z.boolean().default(false),
  auto_triage: z.boolean().default(false),
  incident_severity_cap: severity.optional().describe('The most severe that the incident can be.'),
  dedupe_window_minutes: minutes.optional(),
  triage_mode: z
    .enum(['deterministic', 'llm'])
    .default('deterministic')
    .describe('llm adds a generated summary to the report, where llm_mode is not off.'),
  attach_alert_artifact: z
    .boolean()
    .default(false)
    .describe('Attaches the alert to the incident as a JSON file; not those of a storm.'),
  ack: z
    .boolean()
    .default(true)
    .describe(
      'false: the alert waits as new, for one of your own workers to claim it or a person to ack it.',
    ),
  notify: z.array(text).optional().describe('Routes that alone are asked; default: all.'),
}).transform((raw) => ({
  autoIncident: raw.auto_incident,
  autoTriage: raw.auto_triage,
  incidentSeverityCap: raw.incident_severity_cap ?? null,
  dedupeWindowMs: raw.dedupe_window_minutes === undefined ? null : raw.dedupe_window_minutes * 60_000,
  triageMode: raw.triage_mode,
  attachAlertArtifact: raw.attach_alert_artifact,
  ack: raw.ack,
  notify: raw.notify ?? null,
}));

const ruleSchema = section({
  name: slug.optional().describe('Name in explanations; default: rule-1, rule-2, …'),
  match: matchSchema.prefault({}),
  actions: actionsSchema.prefault({}),
});

/** The whole of alert_routing_policy.yml; absent `routing` means the built-in rules, which `loadConfig` puts in. */
export const policySchema = section({
  defaults: defaultsSchema.prefault({}),
  routing: z.array(ruleSchema).optional().describe('In order, the first match wins.'),
});

/** Answers the policy of a parsed file; `builtInRules` stand in where it has none. */
export function toPolicy(
  raw: z.output<typeof policySchema>,
  builtInRules: readonly PolicyRule[],
): RoutingPolicy {
  const rules = raw.routing?.map((rule, index) => ({ ...rule, name: rule.name ?? `rule-${index + 1}` }));
  return { defaults: raw.defaults, rules: rules ?? builtInRules };
}
