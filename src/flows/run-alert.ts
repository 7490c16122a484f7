import type { ProfileConfig, TaskConfig } from '../config/types.ts';
import { formatDuration } from '../core/duration.ts';
import type { AlertReport, RouteFacts } from '../core/hand-over.ts';
import type { Severity } from '../core/severity.ts';
import type { TaskOutcome } from '../jobs/index.ts';
import type { AlertRow } from '../store/index.ts';

/** Answers who reports what goes wrong in a profile. */
export function sourceOf(profile: Pick<ProfileConfig, 'name'>): string {
  return `job:${profile.name}`;
}

/** Answers whether an alert is a task's failure, which the digest of its profile tells of. */
export function isTaskFailure({
  kind,
  source,
  fingerprint,
}: Pick<AlertRow, 'kind' | 'source' | 'fingerprint'>): boolean {
  return kind === 'job_failure' && source.startsWith('job:') && fingerprint.startsWith(`${source}:`);
}

const usualSeverity: Severity = 'P2';

/** Answers what routes look at of a task's failure. */
export function failureFacts(profile: Pick<ProfileConfig, 'name'>, task: TaskConfig): RouteFacts {
  return {
    severity: task.severity ?? usualSeverity,
    env: 'prod',
    service: task.service ?? profile.name,
    kind: 'job_failure',
    components: task.component === null ? [] : [task.component],
    source: sourceOf(profile),
    labels: {
      profile: profile.name,
      task: task.name,
      ...(task.component === null ? {} : { component: task.component }),
    },
  };
}

/** Answers what makes two failures of a task the same problem. */
export function fingerprintOf(profile: Pick<ProfileConfig, 'name'>, task: Pick<TaskConfig, 'name'>): string {
  return `job:${profile.name}:${task.name}`;
}

/** Answers the report of a task that ended: its failure, or that it is well again. */
export function reportTask(
  profile: ProfileConfig,
  task: TaskConfig,
  outcome: TaskOutcome,
  runId: string,
): AlertReport {
  const failed = outcome.status !== 'succeeded';
  const { components: _, ...facts } = failureFacts(profile, task);
  return {
    ...facts,
    title: `Task ${task.name} of ${profile.name} fails`,
    message: failed ? [describeOutcome(outcome), outcome.tail].filter(Boolean).join('\n') : null,
    status: failed ? 'firing' : 'resolved',
    startedAt: null,
    endsAt: null,
    annotations: { run_id: runId },
    metrics: {
      duration_ms: outcome.durationMs,
      ...(outcome.exitCode === null ? {} : { exit_code: outcome.exitCode }),
    },
    evidence: failed && outcome.tail !== '' ? { log_samples: outcome.tail.split('\n') } : null,
    fingerprint: fingerprintOf(profile, task),
    // Only its own success, and no time, says that it is over.
    dedupeTtlMs: null,
  };
}

/** Answers how a task ended, in a few words: `exit code 3, 2.1 s, 2 attempts`. */
export function describeOutcome(outcome: TaskOutcome): string {
  const { attempts } = outcome;
  return [
    describeEnd(outcome),
    writeSeconds(outcome.durationMs),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
  ].join(', ');
}

/** Answers a time that something took: in seconds up to a minute. */
export function writeSeconds(durationMs: number): string {
  return durationMs < 60_000 ? `${(durationMs / 1000).toFixed(1)} s` : formatDuration(durationMs);
}

function describeEnd({ status, exitCode, signal, error }: TaskOutcome): string {
  if (error !== null) return error;
  if (status === 'timed_out') return 'timed out';
  if (status === 'cancelled') return 'cancelled';
  return signal === null ? `exit code ${exitCode}` : `killed by ${signal}`;
}
