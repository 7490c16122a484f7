/** What each step of an alert means, for people who read half asleep. */
const sentences: Readonly<Record<string, string>> = {
  first: 'it was reported first',
  claimed: 'a worker took it on',
  acked: 'the worker was done with it',
  failed: 'the worker could not work on it',
  lease_lost: 'its worker was not heard of again',
  no_attempts_left: 'no worker could work on it',
  incident_opened: 'an incident was opened for it',
  joined_incident: 'it became part of an incident that was open already',
  storm_grouped: 'it joined the incident of the first of many',
  reopened: 'it opened an incident again that had just been resolved',
  past_window: 'the incident of its kind was too old, so that a new one was opened',
  incident_by_hand: 'a person made it part of an incident',
  notify_only: 'it was told of by itself, without an incident',
  left_to_workers: 'it was left to a worker or a person',
  silenced: 'a silence held it',
  silence_ended: 'what held it ended',
  inhibited: 'another alert held it',
  inhibition_ended: 'the alert that held it no longer did',
  held_no_more: 'what held it ended',
  severity_raised: 'it became more severe',
  escalated: 'it became more severe, as it keeps coming back',
  resolved: 'it was over',
  resolved_before_triage: 'it was over before anybody was told of it',
  resolved_by_hand: 'a person ended it',
  lapsed: 'its sender did not repeat it in time',
  superseded: 'a later alert took its place',
  acked_by_hand: 'a person was done with it',
  requeued_by_hand: 'a person put it back in the queue',
  retried_by_hand: 'a person had it tried again',
};

/** Followed by the alert whose place it took. */
const successions: Readonly<Record<string, string>> = {
  past_ttl: 'the last report of its problem was too long ago, so that it took the place of',
  past_dedupe_max: 'its problem had been repeated for too long, so that it took the place of',
};

/** Answers what happened in a step, by its reason; a word that is not known here with spaces. */
export function sayStep(reason: string): string {
  const [word = '', before] = reason.split('_of_', 2);
  const succession = before === undefined ? undefined : successions[word];
  if (succession !== undefined) return `${succession} ${before}`;
  return sentences[reason] ?? reason.replaceAll('_', ' ');
}
