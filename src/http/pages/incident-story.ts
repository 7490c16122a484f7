import { type Html, html } from './html.ts';
import { type IncidentDetails, links, readable } from './incident-rows.ts';
import { ago, incidentPath, tag, toneOf, until } from './marks.ts';

/** Answers what is left to do; nothing where nothing was noted. */
export function followupList({ followups }: IncidentDetails, nowMs: number): Html | null {
  if (followups.length === 0) return null;
  return html`<h2>Follow-ups <small>${followups.length}</small></h2>
<ul class="list">${followups.map((followup) => followupRow(followup, nowMs))}</ul>`;
}

function followupRow(followup: IncidentDetails['followups'][number], nowMs: number): Html {
  const { overdue, status, due_date: due, owner } = followup;
  const word = overdue ? 'overdue' : status;
  const dueIn = due && (overdue ? html`due ${ago(due, nowMs)}` : html`due ${until(due, nowMs)}`);
  return html`<li class="row ${toneOf(word)}"><span class="title">${followup.title}</span>
<span>${tag(toneOf(followup.priority), followup.priority)} ${tag(toneOf(word), word)}</span>${links(followup.links)}
<span class="meta"><span>${owner ?? 'nobody has it'}</span>${status === 'open' && due && html`<span>${dueIn}</span>`}
<span>by ${followup.created_by}</span><span>${followup.id}</span></span></li>`;
}

/** Answers what the public was told, oldest first, marked as the one part that is not internal. */
export function updateList({ updates }: IncidentDetails, nowMs: number): Html | null {
  if (updates.length === 0) return null;
  return html`<h2>Public updates <small>${updates.length}</small></h2><p class="soft">Written for the public; everything else here is internal.</p>
<ol class="log">${updates.toReversed().map(
    ({ at, status, message, actor }) => html`<li>${ago(at, nowMs)}<span class="what">${message}</span>
<span class="soft">${status} · public, by ${actor}</span></li>`,
  )}</ol>`;
}

/** Answers the incidents that belong to this one. */
export function relatedList({ related }: IncidentDetails): Html | null {
  if (related.length === 0) return null;
  return html`<h2>Related incidents <small>${related.length}</small></h2><ul class="list">${related.map(
    ({ number, title, status, severity, relation }) => html`<li class="row ${toneOf(status)}">
<a class="title" href="${incidentPath(number)}">${number} ${title}</a>
<span>${tag(toneOf(severity), severity)} ${tag(toneOf(status), status)}</span><span class="meta">${readable(relation)}</span></li>`,
  )}</ul>`;
}
