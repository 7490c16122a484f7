import type { FactsMatch } from '../core/match.ts';

/** What starts a profile beside its schedule. */
export type ProfileTriggers = {
  /** Alerts that are told; null: none. */
  alert: FactsMatch | null;
  /** Name of the webhook whose deliveries start it; null: none. */
  webhook: string | null;
  /** Null: no deliveries of GitHub. */
  github: GithubTrigger | null;
};

/** Deliveries of GitHub that start a profile. */
export type GithubTrigger = {
  /** As `push`, or `pull_request.opened` where one action is meant. */
  events: readonly string[];
  /** As `owner/name`, in small letters; null: all that sign. */
  repositories: readonly string[] | null;
};
