import type { Severity } from '../core/severity.ts';
import type { LlmMode } from './triage-types.ts';

export type RoutingPolicy = {
  defaults: PolicyDefaults;
  /** In order, first match wins. The built-in list ends with a rule that matches everything. */
  rules: readonly PolicyRule[];
};

export type PolicyDefaults = {
  pollIntervalMs: number;
  maxAlertsPerRun: number;
  maxIncidentsPerRun: number;
  maxTriagesPerRun: number;
  dedupeWindowMs: number;
  triageCooldownMs: number;
  llmMode: LlmMode;
  resolveHoldMs: number;
  reopenMs: number;
  stormThreshold: number;
  groupWindowMs: number;
  maxAttempts: number;
  dedupeMaxMs: number;
};

export type PolicyRule = {
  name: string;
  match: {
    envIn?: readonly string[];
    severityIn?: readonly Severity[];
    kindIn?: readonly string[];
    serviceIn?: readonly string[];
    labels?: Readonly<Record<string, string>>;
  };
  actions: {
    autoIncident: boolean;
    autoTriage: boolean;
    incidentSeverityCap: Severity | null;
    /** Null: the default's. */
    dedupeWindowMs: number | null;
    /** `llm` adds a generated summary where `llmMode` allows it. */
    triageMode: 'deterministic' | 'llm';
    /** Whether the alert, as the API shows it, becomes a file of the incident. */
    attachAlertArtifact: boolean;
    /** False: once it is told, it waits as `new` for a worker of the house, or a person, to be done with it. */
    ack: boolean;
    /** Route names that alone are asked; null: all routes. */
    notify: readonly string[] | null;
  };
};
