import type { GithubTrigger, ProfileConfig } from '../config/types.ts';
import type { RouteFacts } from '../core/hand-over.ts';
import { matchesFacts } from '../core/match.ts';

export type TriggerDecision = {
  start: boolean;
  reason:
    | 'matched'
    | 'not_asked_for'
    | 'disabled'
    /** It was raised by the profile itself, which would start itself for ever. */
    | 'own_alert'
    | 'no_match'
    | 'other_event'
    | 'other_repository';
};

/** What of a delivery decides whom it starts. */
export type GithubFacts = {
  event: string;
  /** As the event has it, as `opened`; null: it has none. */
  action: string | null;
  /** As `owner/name`; null: it is about none. */
  repository: string | null;
};

/** Decides whether an alert that is told starts a profile. */
export function decideAlertTrigger({ name, enabled, on }: ProfileConfig, facts: RouteFacts): TriggerDecision {
  if (on.alert === null) return no('not_asked_for');
  if (!enabled) return no('disabled');
  if (facts.source === `job:${name}` || facts.labels.profile === name) return no('own_alert');
  return matchesFacts(on.alert, facts) ? yes : no('no_match');
}

/** Decides whether a delivery to a webhook starts a profile. */
export function decideWebhookTrigger({ enabled, on }: ProfileConfig, webhook: string): TriggerDecision {
  if (on.webhook !== webhook) return no('not_asked_for');
  return enabled ? yes : no('disabled');
}

/** Decides whether a delivery of GitHub starts a profile. */
export function decideGithubTrigger({ enabled, on }: ProfileConfig, facts: GithubFacts): TriggerDecision {
  if (on.github === null) return no('not_asked_for');
  if (!enabled) return no('disabled');
  if (!isEvent(on.github, facts)) return no('other_event');
  const { repositories } = on.github;
  const isMeant = repositories === null || repositories.includes(facts.repository?.toLowerCase() ?? '');
  return isMeant ? yes : no('other_repository');
}

function isEvent({ events }: GithubTrigger, { event, action }: GithubFacts): boolean {
  return events.includes(event) || (action !== null && events.includes(`${event}.${action}`));
}

const yes: TriggerDecision = { start: true, reason: 'matched' };

function no(reason: TriggerDecision['reason']): TriggerDecision {
  return { start: false, reason };
}
