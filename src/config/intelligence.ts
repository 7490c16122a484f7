import type { FileForm } from './form.ts';
import { intelligenceSchema } from './schema/intelligence.ts';
import type { IntelligencePolicy } from './types.ts';

/** Answers the policy that is in force where no file is: equal to config/incident_intelligence_policy.yml. */
export function builtInIntelligence(): IntelligencePolicy {
  return intelligenceSchema.parse({});
}

/** Answers the policy as incident_intelligence_policy.yml has it. */
export function intelligenceFileForm({ correlation, recurrence, digest }: IntelligencePolicy): FileForm {
  const near = (rule: { score: number; withinMs: number }) => ({
    score: rule.score,
    within_minutes: rule.withinMs / 60_000,
  });
  return {
    correlation: {
      window_days: correlation.windowMs / 86_400_000,
      same_signature: correlation.sameSignature,
      same_service_and_kind: correlation.sameServiceAndKind,
      same_service: near(correlation.sameService),
      same_kind: near(correlation.sameKind),
      min_score: correlation.minScore,
      top: correlation.top,
    },
    recurrence,
    digest,
  };
}
