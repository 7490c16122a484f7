import {
  type Ctx,
  type IncidentArtifactRow,
  type IncidentFollowupRow,
  type IncidentRow,
  runStatements,
} from '../../store/index.ts';
import { toFollowupView } from '../followup-view.ts';
import { createArtifactRow, insertArtifactRows, selectArtifact } from '../queries-artifact.ts';
import { appendEvents, type NewEvent } from '../queries-event.ts';
import { insertFollowups, newFollowupRow, selectFollowupsOf } from '../queries-followup.ts';
import { attachReport } from '../triage/attach.ts';
import type { TriageReport } from '../triage/report.ts';
import { type ProposalFacts, proposeFollowups } from './decide.ts';
import { makePostmortem, type Postmortem, type PostmortemFacts } from './make.ts';
import { renderPostmortem } from './markdown.ts';

const mostFollowups = 200;

/** Answers whether a triage report is attached to the incident. */
export async function hasTriageReport(ctx: Ctx, incidentId: string): Promise<boolean> {
  return (await selectArtifact(ctx, incidentId, 'triage_report.json')) !== null;
}

/** Answers the statements that attach a triage report which was made for a postmortem. */
export function attachMissingReport(ctx: Ctx, incidentId: string, report: TriageReport) {
  const message = `triage report attached. Next safe action: ${report.next_safe_action}`;
  return [
    ...attachReport(ctx, incidentId, report),
    ...appendEvents(ctx, [{ incidentId, type: 'triage', message, meta: { reason: 'postmortem' } }]),
  ];
}

export type WrittenPostmortem = {
  artifacts: IncidentArtifactRow[];
  followups: ReturnType<typeof toFollowupView>[];
  added: number;
};

/**
 * Attaches a draft in both forms, beside earlier ones, and adds the follow-ups that it proposes and that are not there.
 * The caller has the incident locked, in the open transaction.
 */
export async function writePostmortem(
  ctx: Ctx,
  incident: IncidentRow,
  facts: Omit<PostmortemFacts, 'incident' | 'followups'>,
  proposal: Omit<ProposalFacts, 'titles'>,
): Promise<WrittenPostmortem> {
  const { incident_id: incidentId, number } = incident;
  const nowMs = ctx.clock.now();
  const known = await selectFollowupsOf(ctx, incidentId, mostFollowups);
  const proposed = proposeFollowups({ ...proposal, titles: known.map(({ title }) => title) });
  const rows = proposed.map(({ title, priority }) =>
    newFollowupRow(ctx, { incident_id: incidentId, title, priority, owner: null, due_at: null, links: null }),
  );
  const followups = [...known.toReversed(), ...rows].map((row) => toFollowupView(row, number, nowMs));
  const draft = makePostmortem({ ...facts, incident, followups }, nowMs);
  const artifacts = draftArtifacts(ctx, incidentId, draft);
  await runStatements(ctx, [
    ...insertArtifactRows(ctx, artifacts),
    ...insertFollowups(ctx, rows),
    ...appendEvents(ctx, [...rows.map(sayProposed), sayAttached(incidentId, artifacts)]),
  ]);
  return { artifacts, followups, added: rows.length };
}

function draftArtifacts(ctx: Ctx, incidentId: string, draft: Postmortem): IncidentArtifactRow[] {
  return [
    createArtifactRow(ctx, {
      incidentId,
      name: 'postmortem_draft.md',
      contentType: 'text/markdown',
      content: renderPostmortem(draft),
    }),
    createArtifactRow(ctx, {
      incidentId,
      name: 'postmortem_draft.json',
      contentType: 'application/json',
      content: JSON.stringify(draft, null, 2),
    }),
  ];
}

function sayProposed(row: IncidentFollowupRow): NewEvent {
  const { incident_id: incidentId, followup_id: id, title, priority, status } = row;
  return {
    incidentId,
    type: 'followup',
    message: `follow-up ${priority}: ${title}`,
    meta: { followup_id: id, status, reason: 'postmortem' },
  };
}

function sayAttached(incidentId: string, [first]: readonly IncidentArtifactRow[]): NewEvent {
  const message = 'postmortem draft attached';
  return { incidentId, type: 'action', message, meta: { artifact_id: first?.artifact_id } };
}
