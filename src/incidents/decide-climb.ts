import type { ClimbStep } from '../config/types.ts';
import type { Severity } from '../core/severity.ts';
import type { IncidentRow } from '../store/index.ts';
import { isMoreSevere } from './decide.ts';

/** What the steps look at of an incident. */
export type Climber = Pick<
  IncidentRow,
  'status' | 'severity' | 'service' | 'env' | 'acknowledged_at' | 'created_at' | 'reopened_at' | 'climbed_ms'
>;

export type ClimbDecision =
  | { climb: false; reason: 'not_open' | 'acknowledged' | 'not_due' }
  | {
      climb: true;
      reason: 'not_acknowledged';
      /** The last step that is due; those before it that are due too are told with it. */
      step: ClimbStep;
      /** Which of the incident's own steps it is, counted from 1, and of how many. */
      place: number;
      total: number;
      /** Of all steps that are due, each channel once. */
      channels: readonly string[];
      /** How long nobody has acknowledged it. */
      waitedMs: number;
    };

/** Answers who is to be told that nobody has acknowledged an incident, if anybody yet. */
export function decideClimb(incident: Climber, steps: readonly ClimbStep[], nowMs: number): ClimbDecision {
  // Who mitigates it is on it, and has only not said so.
  if (incident.status !== 'open') return { climb: false, reason: 'not_open' };
  if (incident.acknowledged_at !== null) return { climb: false, reason: 'acknowledged' };
  const waitedMs = nowMs - (incident.reopened_at ?? incident.created_at);
  const own = steps.filter(({ match }) => isMeant(match, incident));
  const due = own.filter(({ afterMs }) => afterMs > incident.climbed_ms && afterMs <= waitedMs);
  const step = due.at(-1);
  if (!step) return { climb: false, reason: 'not_due' };
  const channels = [...new Set(due.flatMap(({ channels }) => channels))];
  const place = own.indexOf(step) + 1;
  return { climb: true, reason: 'not_acknowledged', step, place, total: own.length, channels, waitedMs };
}

function isMeant({ severity, env, service }: ClimbStep['match'], incident: Climber): boolean {
  return (
    (severity?.includes(incident.severity) ?? true) &&
    (env?.includes(incident.env) ?? true) &&
    (service?.includes(incident.service) ?? true)
  );
}

/** Answers the change that lets an incident which becomes more severe take all steps that are due for what it is then. */
export function climbAnew(incident: Pick<IncidentRow, 'severity'>, to: Severity): { climbed_ms?: 0 } {
  return isMoreSevere(to, incident.severity) ? { climbed_ms: 0 } : {};
}

/** What else there is to know of an incident whose step is due. */
export type ClimbFacts = {
  /** A message of it was written, to whomever, and is due. */
  isTold: boolean;
  alerts: { total: number; live: number };
  /** A silence or a maintenance holds every live alert of it. */
  isSilenced: boolean;
};

/** Answers why a step that is due is not told yet; null: nothing speaks against it. One that people opened has no alerts, and waits like others. */
export function decidePutOff({
  isTold,
  alerts,
  isSilenced,
}: ClimbFacts): 'untold' | 'healing' | 'silenced' | null {
  if (!isTold) return 'untold';
  if (alerts.total === 0) return null;
  if (alerts.live === 0) return 'healing';
  return isSilenced ? 'silenced' : null;
}
