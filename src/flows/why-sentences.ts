import { readInhibition } from '../alerts/index.ts';

/** One entry of a trail: what was decided, by what, and how often; `alerts`: of how many alerts it was. */
export type TrailEntry = {
  reason: string;
  rule: string | null;
  occurrences: number;
  alerts: number;
  firstAt: number;
  lastAt: number;
};

type Say = (rule: string) => string;

/** What each reason means, for people; `rule` is what decided it. */
const sentences: Readonly<Record<string, Say>> = {
  first: () => 'it was reported first',
  deduped_within_ttl: () => 'it was reported again: counted, and nobody was told anew',
  upstream_down: (rule) => {
    const [upstream = '', dependants = ''] = rule.split(': ');
    return upstream === ''
      ? `what ${dependants} needs was down: its failures raised no alert of their own`
      : `${upstream} was down: failures of ${dependants}, which need it, raised no alert of their own`;
  },
  more_affected: () => 'more components than it told of failed too, so that it was decided about anew',
  severity_raised: () => 'it became more severe, so that it was decided about anew',
  past_ttl: () => 'its last report was too long ago: it counts as a new problem',
  past_dedupe_max: () => 'it had been repeated for too long: it counts as a new problem',
  superseded: () => 'a later alert of the same problem took its place',
  resolved: () => 'it was over',
  resolved_by_hand: () => 'a person ended it',
  resolved_before_triage: () => 'it was over before anybody was told of it',
  lapsed: () => 'its sender did not repeat it in time, so it counts as over',
  acked_by_hand: () => 'a person was done with it: it opens no incident',
  silenced: (rule) => `${rule} held it: nobody is told, and no incident is made`,
  inhibited: (rule) => `${sayHolder(rule)} held it: nobody is told, and no incident is made`,
  inhibition_ended: (rule) => `${sayHolder(rule)} no longer held it, and it was still firing`,
  silence_ended: (rule) => `${rule} ended, and it was still firing`,
  notify_only: (rule) => `the rule ${rule} of the policy asks for no incident: it is told by itself`,
  told_by_digest: (rule) =>
    `the rule ${rule} of the policy asks for no incident: the digest of its profile tells of it`,
  left_to_workers: (rule) =>
    `the rule ${rule} of the policy leaves it to a worker or a person to be done with it`,
  started_run: (rule) => `it started a run: ${rule}`,
  incident_opened: (rule) => `the rule ${rule} of the policy opened an incident for it`,
  joined_incident: (rule) => `by the rule ${rule} it became part of an incident that was open already`,
  past_window: (rule) => `the incident of its kind was too old, so that the rule ${rule} opened a new one`,
  reopened: (rule) => `by the rule ${rule} it opened an incident again that had just been resolved`,
  storm_grouped: () => 'many alerts of its service came at once: it joined the incident of the first',
  incident_by_hand: (rule) => `${rule} made it part of an incident`,
  escalated: (rule) => `by the rule ${rule} it became more severe, as it keeps coming back`,
  cooldown: () => 'no triage was made: the last one is too recent',
  max_incidents_per_run: () => 'too many incidents were opened at once: it had to wait for a moment',
  max_triages_per_run: () => 'too many triages were begun at once: it had to wait for a moment',
  route_matched: (rule) => `a message was written: ${rule}`,
  not_acknowledged: (rule) => `nobody had acknowledged it: ${rule}`,
  steps_silenced: (rule) => `${sayHolder(rule)} held all its alerts: nobody was told that it waits`,
  repeat_interval: (rule) => `it went on after the repeat interval, and was told again: ${rule}`,
  quiet_hours: (rule) =>
    `it came in the quiet hours of the route ${rule}: what is not P0 waits for their end`,
  end_told: (rule) => `a message of its end was written for ${rule}`,
  end_not_told: () =>
    'no message of its end was written: nobody had heard of its beginning, or their route sends no ends',
  already_told: (rule) =>
    `the route ${rule} takes it, and its channels had a message of it or of something like it moments before`,
  route_muted: (rule) => `the route ${rule} takes it and has no channel for it`,
  below_severity_floor: (rule) => `it is less severe than the floor of the route ${rule}`,
  no_route: (rule) => (rule ? `no route of ${rule}, which its rule names, matches` : 'no route matches it'),
  dry_run: () => 'it was recorded and not sent, as notify.dry_run or LOG_LEVEL=debug says',
  channel_unconfigured: (rule) => `it was not sent to ${rule}: what these channels need is not set`,
};

function sayHolder(rule: string): string {
  const inhibition = readInhibition(rule);
  return inhibition ? `by the inhibition ${inhibition.name} the alert ${inhibition.alertRef}` : rule;
}

/** Compares entries as they are told: by the second, and within it what was decided before what came of it. */
export function inOrder(a: TrailEntry, b: TrailEntry): number {
  const second = ({ firstAt }: TrailEntry) => Math.floor(firstAt / 1000);
  return (
    second(a) - second(b) || rankOf(a) - rankOf(b) || a.firstAt - b.firstAt || (a.reason < b.reason ? -1 : 1)
  );
}

function rankOf({ reason }: TrailEntry): number {
  if (reason === 'first') return 0;
  if (reason === 'quiet_hours') return 3;
  return told.includes(reason) ? 2 : 1;
}

/** Answers an entry as a sentence without its end, that of an alert or of several. */
export function sayEntry({ reason, rule, alerts }: Pick<TrailEntry, 'reason' | 'rule' | 'alerts'>): string {
  const say = sentences[reason];
  const said = say ? say(rule ?? '') : `${reason}${rule === null ? '' : ` (${rule})`}`;
  return alerts > 1 ? `${said} (${alerts} alerts)` : said;
}

const told = [
  'route_matched',
  'repeat_interval',
  'not_acknowledged',
  'told_by_digest',
  'end_told',
  'already_told',
];
const holding = ['silenced', 'inhibited'];
const untold = [
  ...holding,
  'no_route',
  'below_severity_floor',
  'route_muted',
  'max_incidents_per_run',
  'max_triages_per_run',
  'resolved_before_triage',
];
const unsent = ['dry_run', 'channel_unconfigured'];

/** Answers whether an entry says that a message was written and never to be sent; others of its time may have gone out. */
export function isUnsent({ reason }: Pick<TrailEntry, 'reason'>): boolean {
  return unsent.includes(reason);
}

/** Answers whether people were told, by the trail, and the entry that says most about it; null: nothing is decided yet. */
export function judgeTrail(trail: readonly TrailEntry[]): { told: boolean; by: TrailEntry | null } {
  const newestOf = (reasons: readonly string[]) =>
    trail.filter(({ reason }) => reasons.includes(reason)).sort((a, b) => b.lastAt - a.lastAt)[0] ?? null;
  const [sent, kept, skipped] = [newestOf(told), newestOf(untold), newestOf(unsent)];
  if (skipped && (!sent || skipped.lastAt >= sent.lastAt)) return { told: false, by: skipped };
  if (sent && (!kept || sent.lastAt >= kept.lastAt || !holding.includes(kept.reason)))
    return { told: true, by: sent };
  return { told: false, by: kept };
}
