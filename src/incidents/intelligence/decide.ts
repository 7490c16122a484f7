import type { IntelligencePolicy } from '../../config/types.ts';

/** What of an incident is compared. */
export type Story = {
  incidentId: string;
  service: string;
  signatures: ReadonlySet<string>;
  kinds: ReadonlySet<string>;
  startedAt: number;
};

export type Relation = {
  score: number;
  reason: 'same_signature' | 'same_service_and_kind' | 'same_service' | 'same_kind';
};

/** Decides how two incidents are related, by the rule with the highest score; null: by none that counts. */
export function decideRelation(
  one: Story,
  other: Story,
  policy: IntelligencePolicy['correlation'],
): Relation | null {
  const apartMs = Math.abs(one.startedAt - other.startedAt);
  const sharesService = one.service === other.service;
  const sharesKind = overlap(one.kinds, other.kinds);
  const rules: (Relation & { holds: boolean })[] = [
    {
      reason: 'same_signature',
      score: policy.sameSignature,
      holds: overlap(one.signatures, other.signatures),
    },
    { reason: 'same_service_and_kind', score: policy.sameServiceAndKind, holds: sharesService && sharesKind },
    {
      reason: 'same_service',
      score: policy.sameService.score,
      holds: sharesService && apartMs <= policy.sameService.withinMs,
    },
    {
      reason: 'same_kind',
      score: policy.sameKind.score,
      holds: !sharesService && sharesKind && apartMs <= policy.sameKind.withinMs,
    },
  ];
  const [best] = rules.filter(({ holds }) => holds).sort((a, b) => b.score - a.score);
  return best && best.score >= policy.minScore ? { score: best.score, reason: best.reason } : null;
}

function overlap(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return [...one].some((entry) => other.has(entry));
}

export type Level = 'none' | 'warn' | 'high';
export type Counts = { days7: number; days30: number };

const levels: readonly Level[] = ['none', 'warn', 'high'];

/** Decides how bad it is that something came so often, by the worse of both spans. */
export function decideLevel(counts: Counts, { warn, high }: { warn: number; high: number }): Level {
  const most = Math.max(counts.days7, counts.days30);
  if (most >= high) return 'high';
  return most >= warn ? 'warn' : 'none';
}

/** Answers what to do about it. */
export function recommend(signature: Level, kind: Level): string {
  if (signature === 'high')
    return 'Stop healing it by hand: plan the repair of its cause now, with an owner and a date, before anything new.';
  if (signature === 'warn')
    return 'Find its cause: write down what ended it each time, and open a follow-up for the repair.';
  if (kind === 'high')
    return 'Failures of this kind come from several places: look for what they share, as a limit, a dependency or a release.';
  if (kind === 'warn') return 'Watch this kind of failure: compare the incidents of the last month.';
  return 'Nothing beyond this incident.';
}

/** Answers the worse of two levels. */
export function worse(one: Level, other: Level): Level {
  return levels.indexOf(one) >= levels.indexOf(other) ? one : other;
}
