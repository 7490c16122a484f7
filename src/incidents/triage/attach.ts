import type { Ctx } from '../../store/index.ts';
import { insertArtifacts } from '../queries-artifact.ts';
import { renderTriageMarkdown } from './markdown.ts';
import type { TriageReport } from './report.ts';

/** Answers the statements that attach a report in both forms. */
export function attachReport(ctx: Ctx, incidentId: string, report: TriageReport) {
  return insertArtifacts(ctx, [
    {
      incidentId,
      name: 'triage_report.md',
      contentType: 'text/markdown',
      content: renderTriageMarkdown(report),
    },
    {
      incidentId,
      name: 'triage_report.json',
      contentType: 'application/json',
      content: JSON.stringify(report, null, 2),
    },
  ]);
}
