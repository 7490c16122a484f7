import { z } from 'zod';
import {
  type Inhibition,
  readReport,
  refField,
  reportFacts,
  requireAlert,
  type Silence,
  type Subject,
} from '../alerts/index.ts';
import type { PolicyRule } from '../config/types.ts';
import { defineAction } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import type { RouteFacts } from '../core/hand-over.ts';
import { matchForm } from '../core/match.ts';
import { capSeverity } from '../core/severity.ts';
import { explainPolicy, matchPolicyRule } from '../incidents/index.ts';
import { explainRoutes } from '../notify/index.ts';
import type { FlowCtx } from './context.ts';
import { readFactsTest } from './holder-test.ts';
import { readInhibitionTest, subjectOf } from './inhibition-test.ts';
import { type Explained, sayExplained } from './policy-sentences.ts';

const mismatches = z.array(z.object({ key: z.string(), wanted: z.string(), found: z.string() }));

const explainedView = z.object({
  /** In plain sentences, a line each. */
  answer: z.string(),
  /** The rule that decides. */
  rule: z.string(),
  incident: z.boolean(),
  silence: z.object({ id: z.string(), matchers: z.record(z.string(), z.unknown()) }).nullable(),
  /** By which inhibition another alert would keep it, and which that is. */
  inhibition: z.object({ name: z.string(), alert_ref: z.string() }).nullable(),
  rules: z.array(
    z.object({ name: z.string(), verdict: z.enum(['matches', 'mismatch', 'not_reached']), mismatches }),
  ),
  routes: z.array(
    z.object({
      name: z.string(),
      verdict: z.enum(['sends', 'mutes', 'below_severity_floor', 'mismatch', 'not_asked', 'not_reached']),
      channels: z.array(z.string()),
      mismatches,
    }),
  ),
});

/** As it came: what is in it is for the reader of reports to take or to refuse. */
const postedAlert = z
  .custom<Record<string, unknown>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be the reference of an alert, or an alert',
  )
  .meta({ type: 'object' });

/** Says what the configuration in force would do with an alert now; it changes nothing. */
export const policyExplain = defineAction({
  name: 'policy.explain',
  summary: 'Say which rule, silence, inhibition and routes an alert would meet, and why; changes nothing',
  input: z.strictObject({
    alert: z
      .union([refField, postedAlert])
      .describe('Reference of an alert, or one as it is posted (a file with its JSON).'),
  }),
  output: explainedView,
  entitlement: 'tools.alerts.read',
  http: { method: 'POST', path: '/v1/policy/explain' },
  cli: { command: 'policy explain', args: ['alert'], file: 'alert', print: 'answer' },
  async run(ctx: FlowCtx, input) {
    const subject = await readSubject(ctx, input.alert);
    const { facts } = subject;
    const silence = (await readFactsTest(ctx))(facts);
    const inhibition = (await readInhibitionTest(ctx, [facts]))(subject);
    const { facts: _, ...explained } = explain(ctx, facts, { silence, inhibition });
    return { answer: sayExplained({ facts, ...explained }), ...explained };
  },
});

async function readSubject(ctx: FlowCtx, alert: string | Record<string, unknown>): Promise<Subject> {
  if (typeof alert === 'string') return subjectOf(await requireAlert(ctx, alert));
  const { kinds, routes } = ctx.config;
  const read = readReport(alert, { source: ctx.actor.name, kinds, routes, nowMs: ctx.clock.now() });
  if (!('report' in read)) {
    const [first] = read.errors;
    throw new AppError('VALIDATION_ERROR', `alert.${first?.field ?? ''}: ${first?.message ?? 'is invalid'}`, {
      details: { errors: read.errors },
    });
  }
  return { ref: null, facts: reportFacts(read.report) };
}

type Holding = { silence: Silence | null; inhibition: Inhibition | null };

function explain(ctx: FlowCtx, facts: RouteFacts, { silence, inhibition }: Holding): Explained {
  const { policy, routes } = ctx.config;
  const rule = matchPolicyRule(policy, facts);
  return {
    facts,
    rule: rule.name,
    incident: rule.actions.autoIncident,
    silence: silence && { id: silence.id, matchers: matchForm(silence.match) },
    inhibition: inhibition && { name: inhibition.name, alert_ref: inhibition.alertRef },
    rules: explainPolicy(policy, facts).map((said) => ({
      name: said.rule.name,
      verdict: said.verdict,
      mismatches: said.verdict === 'mismatch' ? [...said.mismatches] : [],
    })),
    routes: explainRoutes(routes, toldFacts(facts, rule), rule.actions.notify).map((said) => ({
      name: said.route.name,
      verdict: said.verdict,
      channels: said.verdict === 'sends' ? [...said.channels] : [],
      mismatches: said.verdict === 'mismatch' ? [...said.mismatches] : [],
    })),
  };
}

/** Of an incident its own severity decides, which the rule may cap. */
function toldFacts(facts: RouteFacts, { actions }: PolicyRule): RouteFacts {
  const cap = actions.autoIncident ? actions.incidentSeverityCap : null;
  return cap === null ? facts : { ...facts, severity: capSeverity(facts.severity, cap) };
}
