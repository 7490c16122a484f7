import type { RouteFacts } from '../core/hand-over.ts';
import type { Mismatch } from '../core/match.ts';

/** What the configuration would do with an alert, before it is put into words. */
export type Explained = {
  facts: RouteFacts;
  rule: string;
  incident: boolean;
  silence: { id: string; matchers: Record<string, unknown> } | null;
  inhibition: { name: string; alert_ref: string } | null;
  rules: { name: string; verdict: 'matches' | 'mismatch' | 'not_reached'; mismatches: Mismatch[] }[];
  routes: {
    name: string;
    verdict: 'sends' | 'mutes' | 'below_severity_floor' | 'mismatch' | 'not_asked' | 'not_reached';
    channels: string[];
    mismatches: Mismatch[];
  }[];
};

/** Answers an explanation as lines for people: what comes of the alert first, then each rule and route in order. */
export function sayExplained(explained: Explained): string {
  const { facts, rule, silence, inhibition, rules, routes } = explained;
  const lines = [
    `${facts.severity} ${facts.kind} of ${facts.service} in ${facts.env}, reported by ${facts.source}`,
    sayOutcome(explained),
    'rules:',
    ...rules.map((said) => `  ${said.name}: ${sayRule(said)}`),
    ...(rule === 'no-rule-matched' ? ['  none matches: it is told by itself'] : []),
    `silence: ${silence ? `${silence.id} holds it now: ${JSON.stringify(silence.matchers)}` : 'none holds it now'}`,
    `inhibition: ${inhibition ? `${inhibition.name} holds it now, by ${inhibition.alert_ref}` : 'none holds it now'}`,
    'routes:',
    ...routes.map((said) => `  ${said.name}: ${sayRoute(said)}`),
    ...(routes.length === 0 ? ['  there are none'] : []),
  ];
  return lines.join('\n');
}

function sayOutcome({ rule, incident, silence, inhibition, routes }: Explained): string {
  const channels = routes.flatMap((route) => route.channels);
  const what = incident ? 'an incident' : 'a message of its own, and no incident';
  const whom = channels.length > 0 ? `told to ${channels.join(', ')}` : 'told to nobody';
  const would = `the rule ${rule} makes it ${what}, ${whom}`;
  const byAlert = inhibition && `by the inhibition ${inhibition.name} the alert ${inhibition.alert_ref}`;
  const holder = silence?.id ?? byAlert;
  if (holder) return `Nobody is told, as ${holder} holds it; without it ${would}.`;
  return `${would.charAt(0).toUpperCase()}${would.slice(1)}.`;
}

function sayRule({ verdict, mismatches }: Explained['rules'][number]): string {
  switch (verdict) {
    case 'matches':
      return 'matches';
    case 'mismatch':
      return sayMismatches(mismatches);
    case 'not_reached':
      return 'not asked any more';
  }
}

function sayRoute({ verdict, channels, mismatches }: Explained['routes'][number]): string {
  switch (verdict) {
    case 'sends':
      return `sends to ${channels.join(', ')}`;
    case 'mutes':
      return 'takes it, and has no channel that is not told already';
    case 'below_severity_floor':
      return 'takes it, and its floor is above the severity';
    case 'mismatch':
      return sayMismatches(mismatches);
    case 'not_asked':
      return 'not named by the rule';
    case 'not_reached':
      return 'not asked any more';
  }
}

function sayMismatches(mismatches: readonly Mismatch[]): string {
  return mismatches.map(({ key, wanted, found }) => `${key} is ${found}, not ${wanted}`).join('; ');
}
