import { toIso } from '../../core/clock.ts';
import type { DeploymentRow } from '../../store/index.ts';
import type { ReportedChange } from './report.ts';
import { clip } from './text.ts';

/** Processes that watch the same files take them up within this time of each other. */
const togetherMs = 60_000;

/** Answers a deployment or reload as reports name it. */
export function reportChange(row: DeploymentRow): ReportedChange {
  return {
    kind: row.kind,
    service: row.service,
    env: row.env,
    version: row.version,
    at: toIso(row.at),
    by: row.deployed_by,
    link: row.link,
    notes: row.notes === null ? null : clip(row.notes, 500),
    times: 1,
  };
}

/** Answers what was changed, the latest first; one reload that many processes recorded is one, at the time of the first. */
export function foldChanges(rows: readonly DeploymentRow[]): ReportedChange[] {
  const folded: ReportedChange[] = [];
  for (const row of rows) {
    const last = folded.at(-1);
    const isSame =
      last?.kind === 'config_reload' &&
      row.kind === 'config_reload' &&
      last.version === row.version &&
      Date.parse(last.at) - row.at <= togetherMs;
    if (isSame) folded[folded.length - 1] = { ...reportChange(row), times: last.times + 1 };
    else folded.push(reportChange(row));
  }
  return folded;
}
