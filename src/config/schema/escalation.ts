import { z } from 'zod';
import type { EscalationPolicy } from '../types.ts';
import { section, severity, slug, text, wholeNumber } from './fields.ts';

const count = wholeNumber.min(1).max(1_000_000).optional();

const defaultsSchema = section({
  no_alerts_minutes: z
    .number()
    .min(1)
    .max(43_200)
    .default(60)
    .describe('Silence after which an incident is noted as a candidate to be closed.'),
  auto_close: z.boolean().default(false).describe('Closes such a candidate at P2 and below by itself.'),
  severity_cap: severity.default('P0').describe('The most severe that escalation makes anything.'),
}).transform((raw): EscalationPolicy['defaults'] => ({
  noAlertsMs: raw.no_alerts_minutes * 60_000,
  autoClose: raw.auto_close,
  severityCap: raw.severity_cap,
}));

const whenSchema = section({
  occurrences_60m: count.describe('Distinct reports of one signature within 60 minutes.'),
  triage_count_24h: count.describe('Triages of one signature within 24 hours.'),
}).refine((when) => Object.keys(when).length > 0, {
  error: 'occurrences_60m, triage_count_24h, or both: either is enough',
});

const followupSchema = section({
  title: text.max(1000).default('Find out why it keeps coming back'),
  priority: z.enum(['P0', 'P1', 'P2', 'P3']).default('P1'),
  due_hours: z.number().min(0).max(8760).default(24),
  owner: text.max(200).default('on-call'),
}).transform(({ due_hours, ...rest }) => ({ ...rest, dueMs: due_hours * 3_600_000 }));

const ruleSchema = section({
  name: slug.describe('Name in explanations.'),
  from: severity,
  to: severity,
  when: whenSchema,
  followup: followupSchema.optional().describe('Adds a follow-up to the incident; absent: none.'),
}).transform(({ name, from, to, when, followup }) => ({
  name,
  from,
  to,
  occurrences60m: when.occurrences_60m ?? null,
  triageCount24h: when.triage_count_24h ?? null,
  followup: followup ?? null,
}));

/** The whole of incident_escalation_policy.yml; absent `escalation` means the built-in rules, which `loadConfig` puts in. */
export const escalationSchema = section({
  defaults: defaultsSchema.prefault({}),
  escalation: z.array(ruleSchema).optional().describe('The first rule that applies to a severity decides.'),
});

/** Answers the policy of a parsed file; `builtInRules` stand in where it has none. */
export function toEscalationPolicy(
  raw: z.output<typeof escalationSchema>,
  builtInRules: EscalationPolicy['rules'],
): EscalationPolicy {
  return { defaults: raw.defaults, rules: raw.escalation ?? builtInRules };
}
