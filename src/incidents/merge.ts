import { type Ctx, type IncidentRow, runStatements } from '../store/index.ts';
import { alterIncident, endIncident } from './change.ts';
import { decideMerge, type MergeParty } from './decide-hand.ts';
import { moveSignatures } from './queries-bridge.ts';
import { moveFollowups } from './queries-followup.ts';
import { moveWaiting } from './queries-leased.ts';
import { insertLink } from './queries-story.ts';
import { formatNumber, readComponents } from './view.ts';

export type MergedIncidents = {
  /** The incident that goes on, as it is afterwards. */
  target: IncidentRow;
  /** The incident that became part of it, as it is afterwards. */
  source: IncidentRow;
  severityRose: boolean;
};

/**
 * Makes a held incident part of another: that one takes its signatures, what it waits for, its open follow-ups, and the worse of both severities;
 * both keep their timelines. Its alerts are left to the caller. In the open transaction.
 */
export async function mergeIncidents(
  ctx: Ctx,
  source: IncidentRow,
  target: IncidentRow,
  reason: string | undefined,
): Promise<MergedIncidents> {
  const merged = decideMerge(toParty(source), toParty(target));
  const ended = await endSource(ctx, source, target, reason);
  const grown = await growTarget(ctx, source, target, merged, reason);
  return { target: grown, source: ended, severityRose: merged.severityRose };
}

/** Ends the incident that becomes part of another, and lets what waits for it wait for that one. */
async function endSource(
  ctx: Ctx,
  source: IncidentRow,
  target: IncidentRow,
  reason: string | undefined,
): Promise<IncidentRow> {
  const ended = await endIncident(ctx, source, {
    to: 'closed',
    reason: 'merged',
    message: `merged into ${formatNumber(target.number)}, ${target.title}${becauseOf(reason)}`,
    supersededBy: target.incident_id,
  });
  await runStatements(ctx, [
    ...moveSignatures(ctx, source.incident_id, target.incident_id, ctx.clock.now()),
    moveWaiting(ctx, 'triage', source.incident_id, target.incident_id),
    moveWaiting(ctx, 'triage_summary', source.incident_id, target.incident_id),
    moveFollowups(ctx, source.incident_id, target.incident_id),
    ...insertLink(ctx, [source.incident_id, target.incident_id], 'merged'),
  ]);
  return ended;
}

function growTarget(
  ctx: Ctx,
  source: IncidentRow,
  target: IncidentRow,
  merged: ReturnType<typeof decideMerge>,
  reason: string | undefined,
): Promise<IncidentRow> {
  const change = {
    severity: merged.severity,
    severity_cap: merged.severityCap,
    started_at: merged.startedAt,
    last_alert_at: merged.lastAlertAt,
    components: JSON.stringify(merged.components),
    candidate_at: null,
  };
  const rose = merged.severityRose ? ` and is ${merged.severity} now` : '';
  const message = `takes in ${formatNumber(source.number)}, ${source.title}${rose}${becauseOf(reason)}`;
  const meta = { merged: source.incident_id, from: target.severity, to: merged.severity, reason };
  return alterIncident(ctx, target, change, [{ type: 'action', message, meta }]);
}

function becauseOf(reason: string | undefined): string {
  return reason ? `: ${reason}` : '';
}

function toParty(row: IncidentRow): MergeParty {
  return {
    incidentId: row.incident_id,
    number: formatNumber(row.number),
    status: row.status,
    severity: row.severity,
    severityCap: row.severity_cap,
    startedAt: row.started_at,
    lastAlertAt: row.last_alert_at,
    components: readComponents(row),
  };
}
