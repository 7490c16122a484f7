import type { Evidence } from '../../core/hand-over.ts';
import type { Severity } from '../../core/severity.ts';
import type { CheckStatus, DeploymentKind, RunStatus } from '../../store/index.ts';
import type { NextAction } from './decide.ts';

export type ReportedAlert = {
  alert_ref: string;
  severity: Severity;
  title: string;
  service: string;
  env: string;
  kind: string;
  source: string;
  state: 'firing' | 'resolved';
  occurrences: number;
  first_seen_at: string;
  last_seen_at: string;
  ended_at: string | null;
};

export type ReportedComponent = {
  id: string;
  name: string;
  relation: 'affected' | 'upstream' | 'other';
  status: CheckStatus;
  reason: string | null;
  since: string | null;
  checked_at: string | null;
  failed_checks: {
    check: string;
    status: CheckStatus;
    detail: string | null;
    since: string;
    checked_at: string;
    consecutive_failures: number;
    last_good_at: string | null;
  }[];
};

export type ReportedChange = {
  kind: DeploymentKind;
  service: string;
  env: string;
  version: string;
  at: string;
  by: string;
  link: string | null;
  notes: string | null;
  /** How many processes recorded the same reload. */
  times: number;
};

/** A run that failed, and what it said last. */
export type ReportedRun = {
  run_id: string;
  /** Of a task: the run of its profile. */
  parent_run_id: string | null;
  profile: string;
  task: string | null;
  status: RunStatus;
  at: string;
  exit_code: number | null;
  error: string | null;
  tail: string | null;
};

/** A promise, and whether it is kept; of a figure that was not measured the value is null. */
export type ReportedSlo = {
  name: string;
  state: 'met' | 'violated';
  window_minutes: number;
  figures: { name: string; value: number | null; limit: number; violated: boolean }[];
};

export type ReportedRunbook = { file: string; title: string; because: string; text: string };

/** A triage report, as `triage_report.json` holds it. Texts from outside are cut, so that its size is bounded. */
export type TriageReport = {
  made_at: string;
  incident: {
    id: string;
    number: string;
    title: string;
    service: string;
    env: string;
    severity: Severity;
    status: string;
    started_at: string;
    components: string[];
  };
  /** What a model wrote on top of the facts; null: nothing. */
  generated: { summary: string; risk: string; model: string; made_at: string } | null;
  next_safe_action: string;
  next_safe_action_reason: NextAction['reason'];
  alert: ReportedAlert & {
    message: string | null;
    labels: Record<string, string>;
    annotations: Record<string, string>;
    metrics: Record<string, number>;
    evidence: Evidence | null;
    /** Of a long one the beginning and the end. */
    history: { at: string; actor: string; to: string; reason: string; note: string | null }[];
    history_total: number;
  };
  changes: ReportedChange[];
  last_deployment: ReportedChange | null;
  components: ReportedComponent[];
  /** Of the service, the latest first. */
  failed_runs: ReportedRun[];
  slos: ReportedSlo[];
  runbooks: ReportedRunbook[];
  signature: {
    signature: string;
    alerts_60m: number;
    triages_24h: number;
    before: {
      number: string;
      title: string;
      started_at: string;
      resolved_at: string | null;
      ended_as: string;
      ended_by: string | null;
      ending: string | null;
    }[];
  };
  around: { total: number; alerts: ReportedAlert[] };
  incident_alerts: { total: number; alerts: ReportedAlert[] };
};
