import type { RunbookConfig } from '../../config/types.ts';
import type {
  AlertEventRow,
  AlertRow,
  CheckStatus,
  DeploymentRow,
  IncidentRow,
  RunRow,
} from '../../store/index.ts';

/** How far around its alert a triage looks for others. */
export const aroundMs = 15 * 60_000;
/** How far back of its alert a triage looks for what was changed. */
export const changedMs = 24 * 60 * 60_000;

/** How far back of its alert a triage looks for runs that failed. */
export const failedRunsMs = 24 * 60 * 60_000;

/** A check that was not ok when it ran last. */
export type FailedCheck = {
  check: string;
  status: CheckStatus;
  detail: string | null;
  since: number;
  checkedAt: number;
  consecutiveFailures: number;
  lastGoodAt: number | null;
};

/** How a component is, and why it is told of: the incident is about it, needs it, or it is unwell as well. */
export type ComponentFacts = {
  id: string;
  name: string;
  relation: 'affected' | 'upstream' | 'other';
  status: CheckStatus;
  reason: string | null;
  since: number | null;
  checkedAt: number | null;
  failed: readonly FailedCheck[];
};

/** An earlier incident, and what was said when it ended. */
export type PastIncident = { incident: IncidentRow; ending: { actor: string; message: string } | null };

/** A promise about a service, or about Tocsin itself, and how it was kept lately. */
export type SloFacts = {
  name: string;
  windowMs: number;
  /** Null: nothing was measured. */
  figures: readonly { name: string; value: number | null; limit: number; violated: boolean }[];
};

/** What was found out for a triage. */
export type TriageFacts = {
  incident: IncidentRow;
  alert: AlertRow;
  events: readonly AlertEventRow[];
  /** Earlier incidents of the same signature and env, newest first. */
  before: readonly PastIncident[];
  counts: { alerts60m: number; triages24h: number };
  /** Alerts made within a quarter of an hour of this one; `total` counts those that are not shown, too. */
  around: { rows: readonly AlertRow[]; total: number };
  /** The other alerts of the incident; of many, the first ones. */
  siblings: { rows: readonly AlertRow[]; total: number };
  /** Those that the incident is about come first. */
  components: readonly ComponentFacts[];
  /** What was changed in the day before the alert and since, the latest first. */
  changes: readonly DeploymentRow[];
  /** The last deployment of the service before the alert, however long ago. */
  lastDeployment: DeploymentRow | null;
  /** Runs about the service that failed in the day before the alert and since, the latest first. */
  failedRuns: readonly RunRow[];
  slos: readonly SloFacts[];
  /** All that there are. */
  runbooks: readonly RunbookConfig[];
};
