import { summarizeIncidentAlerts } from '../../alerts/index.ts';
import { runAction } from '../../core/action.ts';
import { isEntitled } from '../../core/actor.ts';
import type { FlowCtx } from '../../flows/context.ts';
import { getIncident } from '../../flows/incident-get.ts';
import { acknowledgeIncident, showArtifact } from '../../incidents/index.ts';
import type { IncidentPage } from './incident.ts';
import type { IncidentDetails } from './incident-rows.ts';

type Report = { markdown: string | null; next: string | null };

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
    report: report.markdown,
    next: report.next,
    problem,
  };
}

async function readReport(ctx: FlowCtx, incident: IncidentDetails): Promise<Report> {
  const [markdown, json] = await Promise.all([
    readNewest(ctx, incident, 'triage_report.md'),
    readNewest(ctx, incident, 'triage_report.json'),
  ]);
  return { markdown, next: json === null ? null : readNext(json) };
}

/** Artifacts come newest first. */
async function readNewest(
  ctx: FlowCtx,
  { id, artifacts }: IncidentDetails,
  name: string,
): Promise<string | null> {
  const newest = artifacts.find((artifact) => artifact.name === name);
  if (!newest) return null;
  const shown = (await runAction(showArtifact, ctx, { id, artifact: newest.id })) as { content: string };
  return shown.content;
}

/** A person may have attached something else by that name. */
function readNext(json: string): string | null {
  const report: unknown = JSON.parse(json);
  const next = typeof report === 'object' && report !== null && 'next_safe_action' in report;
  return next && typeof report.next_safe_action === 'string' ? report.next_safe_action : null;
}
