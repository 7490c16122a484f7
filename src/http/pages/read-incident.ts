import { summarizeIncidentAlerts } from '../../alerts/index.ts';
import { runAction } from '../../core/action.ts';
import { isEntitled } from '../../core/actor.ts';
import type { FlowCtx } from '../../flows/context.ts';
import { getIncident } from '../../flows/incident-get.ts';
import { acknowledgeIncident, showArtifact } from '../../incidents/index.ts';
import type { IncidentPage } from './incident.ts';
import type { IncidentDetails } from './incident-rows.ts';

const reportName = 'triage_report.md';

/** Answers what the page of an incident shows. Throws FORBIDDEN, NOT_FOUND, and VALIDATION_ERROR for a name that can be none. */
export async function readIncidentPage(
  ctx: FlowCtx,
  name: string,
  problem: string | null,
): Promise<IncidentPage> {
  const incident = (await runAction(getIncident, ctx, { id: name })) as IncidentDetails;
  const [[summary], report] = await Promise.all([
    summarizeIncidentAlerts(ctx, [incident.id]),
    readReport(ctx, incident),
  ]);
  return {
    nowMs: ctx.clock.now(),
    visitor: ctx.actor.name,
    mayWrite: isEntitled(ctx.actor, acknowledgeIncident.entitlement),
    incident,
    occurrences: summary?.occurrences ?? 0,
    report,
    problem,
  };
}

/** Artifacts come newest first. */
async function readReport(ctx: FlowCtx, { id, artifacts }: IncidentDetails): Promise<string | null> {
  const newest = artifacts.find((artifact) => artifact.name === reportName);
  if (!newest) return null;
  const shown = (await runAction(showArtifact, ctx, { id, artifact: newest.id })) as { content: string };
  return shown.content;
}
