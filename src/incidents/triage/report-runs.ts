import { toIso } from '../../core/clock.ts';
import type { RunRow } from '../../store/index.ts';
import type { ReportedRun, TriageReport } from './report.ts';
import { clip, fence, joinLines, plain, when } from './text.ts';

const shownErrorLength = 300;
const shownTailLength = 500;

/** Answers a run that failed, as the report holds it. */
export function reportRun(run: RunRow): ReportedRun {
  return {
    run_id: run.run_id,
    parent_run_id: run.parent_run_id,
    profile: run.profile ?? '',
    task: run.task,
    status: run.status,
    at: toIso(run.finished_at ?? run.created_at),
    exit_code: run.exit_code,
    error: run.error === null ? null : clip(run.error, shownErrorLength),
    tail: run.tail === null ? null : clip(run.tail, shownTailLength),
  };
}

/** Answers the runs that failed lately, each with what it said last. */
export function renderRuns({ failed_runs: runs }: TriageReport): string {
  return joinLines(runs.flatMap(renderRun));
}

function renderRun({
  run_id,
  parent_run_id,
  profile,
  task,
  status,
  at,
  exit_code,
  error,
  tail,
}: ReportedRun): string[] {
  const what = task === null ? plain(profile) : `task ${plain(task)} of ${plain(profile)}`;
  const code = exit_code === null ? status.replaceAll('_', ' ') : `exit code ${exit_code}`;
  const why = error === null ? code : plain(error);
  const block = tail ? `\n${fence(tail)}`.replaceAll('\n', '\n  ') : '';
  return [`- **${when(at)}** ${what}: ${why} (\`tocsin runs show ${parent_run_id ?? run_id}\`)${block}`];
}
