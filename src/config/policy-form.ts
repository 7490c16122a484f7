import { type FileForm, withoutNulls } from './form.ts';
import type { Config, PolicyDefaults, PolicyRule } from './types.ts';

/** Answers the policy as alert_routing_policy.yml has it. */
export function policyFileForm(policy: Config['policy']): FileForm {
  return { defaults: defaultsForm(policy.defaults), routing: policy.rules.map(ruleForm) };
}

function defaultsForm(defaults: PolicyDefaults): FileForm {
  return {
    poll_interval_seconds: defaults.pollIntervalMs / 1000,
    max_alerts_per_run: defaults.maxAlertsPerRun,
    max_incidents_per_run: defaults.maxIncidentsPerRun,
    max_triages_per_run: defaults.maxTriagesPerRun,
    dedupe_window_minutes_default: defaults.dedupeWindowMs / 60_000,
    triage_cooldown_minutes: defaults.triageCooldownMs / 60_000,
    llm_mode: defaults.llmMode,
    resolve_hold_seconds: defaults.resolveHoldMs / 1000,
    reopen_minutes: defaults.reopenMs / 60_000,
    storm_threshold: defaults.stormThreshold,
    group_window_seconds: defaults.groupWindowMs / 1000,
    max_attempts: defaults.maxAttempts,
    dedupe_max_hours: defaults.dedupeMaxMs / 3_600_000,
  };
}

function ruleForm({ name, match, actions }: PolicyRule): FileForm {
  return {
    name,
    match: {
      ...(match.envIn && { env_in: match.envIn }),
      ...(match.severityIn && { severity_in: match.severityIn }),
      ...(match.kindIn && { kind_in: match.kindIn }),
      ...(match.serviceIn && { service_in: match.serviceIn }),
      ...(match.labels && { labels: match.labels }),
    },
    actions: withoutNulls({
      auto_incident: actions.autoIncident,
      auto_triage: actions.autoTriage,
      incident_severity_cap: actions.incidentSeverityCap,
      dedupe_window_minutes: actions.dedupeWindowMs === null ? null : actions.dedupeWindowMs / 60_000,
      triage_mode: actions.triageMode,
      attach_alert_artifact: actions.attachAlertArtifact,
      ack: actions.ack,
      notify: actions.notify,
    }),
  };
}
