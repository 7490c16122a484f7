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

/** Decides what to do next; only what changes nothing is called safe. */
export function decideNextAction(facts: ActionFacts): NextAction {
  const { alert, before, alertsAround } = facts;
  if (alert.endedAt !== null)
    return {
      reason: 'ended_by_itself',
      action: 'Wait: the alert has ended by itself. Read its history before you change anything.',
    };
  const upstream = facts.components.find(
    ({ relation, status }) => relation === 'upstream' && status === 'down',
  );
  if (upstream)
    return {
      reason: 'upstream_down',
      action: `Look at ${upstream.name} first: it is down, and what this incident is about needs it.`,
    };
  const [chosen] = facts.runbooks;
  if (chosen)
    return {
      reason: 'runbook',
      action: `Open the runbook "${chosen.runbook.title}" in the triage report, and begin with the steps that only look.`,
    };
  const suspects = facts.changes.filter(
    ({ at }) => at <= alert.startedAt && alert.startedAt - at <= suspectMs,
  );
  const deployed = suspects.find(({ kind, service }) => kind === 'deployment' && service === alert.service);
  if (deployed)
    return {
      reason: 'deployed_before',
      action: `Read what changed in ${deployed.service} ${deployed.version}: it was deployed ${formatDuration(alert.startedAt - deployed.at)} before this began.`,
    };
  const [last] = before;
  if (last)
    return {
      reason: 'happened_before',
      action: `Read how ${formatNumber(last.incident.number)} ended: it was the same failure.`,
    };
  // Of what others measure, Tocsin's configuration decides nothing.
  const isOwn = alert.source.startsWith('tocsin');
  const reloaded = isOwn ? suspects.find(({ kind }) => kind === 'config_reload') : undefined;
  if (reloaded)
    return {
      reason: 'reloaded_before',
      action: `Compare Tocsin's own configuration with the one before: it changed ${formatDuration(alert.startedAt - reloaded.at)} before this began.`,
    };
  if (alertsAround > 0)
    return {
      reason: 'others_around',
      action: 'Look at the other alerts of the same quarter of an hour first: one of them may be the cause.',
    };
  return {
    reason: 'nothing_known',
    action: 'Look at the service itself and its log since the first report; change nothing yet.',
  };
}
