import { formatDuration } from '../../core/duration.ts';
import type { DeploymentRow } from '../../store/index.ts';
import { formatNumber } from '../view.ts';
import type { ChosenRunbook } from './choose-runbooks.ts';
import type { ComponentFacts, PastIncident } from './facts.ts';

/** A change so shortly before the alert is the first suspect. */
const suspectMs = 2 * 60 * 60_000;

/** What the next safe action is decided from. */
export type ActionFacts = {
  alert: { service: string; env: string; source: string; startedAt: number; endedAt: number | null };
  components: readonly ComponentFacts[];
  runbooks: readonly ChosenRunbook[];
  changes: readonly DeploymentRow[];
  before: readonly PastIncident[];
  alertsAround: number;
};

export type NextAction = {
  action: string;
  reason:
    | 'ended_by_itself'
    | 'upstream_down'
    | 'runbook'
    | 'deployed_before'
    | 'happened_before'
    | 'reloaded_before'
    | 'others_around'
    | 'nothing_known';
};

/** Finds a reason to do something; null: it has none. */
type Finder = (facts: ActionFacts) => NextAction | null;

/** What gives a reason, the strongest first. */
const finders: readonly Finder[] = [
  findItsEnd,
  findUpstream,
  findRunbook,
  findDeployment,
  findEarlierOne,
  findReload,
  findOthers,
];

const nothingKnown: NextAction = {
  reason: 'nothing_known',
  action: 'Look at the service itself and its log since the first report; change nothing yet.',
};

/** Decides what to do next; only what changes nothing is called safe. */
export function decideNextAction(facts: ActionFacts): NextAction {
  for (const find of finders) {
    const found = find(facts);
    if (found) return found;
  }
  return nothingKnown;
}

function findItsEnd({ alert }: ActionFacts): NextAction | null {
  if (alert.endedAt === null) return null;
  return {
    reason: 'ended_by_itself',
    action: 'Wait: the alert has ended by itself. Read its history before you change anything.',
  };
}

function findUpstream({ components }: ActionFacts): NextAction | null {
  const upstream = components.find(({ relation, status }) => relation === 'upstream' && status === 'down');
  if (!upstream) return null;
  return {
    reason: 'upstream_down',
    action: `Look at ${upstream.name} first: it is down, and what this incident is about needs it.`,
  };
}

function findRunbook({ runbooks: [chosen] }: ActionFacts): NextAction | null {
  if (!chosen) return null;
  return {
    reason: 'runbook',
    action: `Open the runbook "${chosen.runbook.title}" in the triage report, and begin with the steps that only look.`,
  };
}

function findDeployment({ alert, changes }: ActionFacts): NextAction | null {
  const deployed = changes.find(
    (change) =>
      change.kind === 'deployment' && change.service === alert.service && isSuspect(change, alert.startedAt),
  );
  if (!deployed) return null;
  return {
    reason: 'deployed_before',
    action: `Read what changed in ${deployed.service} ${deployed.version}: it was deployed ${formatDuration(alert.startedAt - deployed.at)} before this began.`,
  };
}

function findEarlierOne({ before: [last] }: ActionFacts): NextAction | null {
  if (!last) return null;
  return {
    reason: 'happened_before',
    action: `Read how ${formatNumber(last.incident.number)} ended: it was the same failure.`,
  };
}

function findReload({ alert, changes }: ActionFacts): NextAction | null {
  // Of what others measure, Tocsin's configuration decides nothing.
  if (!alert.source.startsWith('tocsin')) return null;
  const reloaded = changes.find(
    (change) => change.kind === 'config_reload' && isSuspect(change, alert.startedAt),
  );
  if (!reloaded) return null;
  return {
    reason: 'reloaded_before',
    action: `Compare Tocsin's own configuration with the one before: it changed ${formatDuration(alert.startedAt - reloaded.at)} before this began.`,
  };
}

function findOthers({ alertsAround }: ActionFacts): NextAction | null {
  if (alertsAround === 0) return null;
  return {
    reason: 'others_around',
    action: 'Look at the other alerts of the same quarter of an hour first: one of them may be the cause.',
  };
}

function isSuspect({ at }: DeploymentRow, startedAt: number): boolean {
  return at <= startedAt && startedAt - at <= suspectMs;
}
