import { formatDuration } from '../../core/duration.ts';
import { type Html, html } from './html.ts';
import { alertRow, artifactRow, eventRow, type IncidentDetails, messageRow } from './incident-rows.ts';
import { followupList, relatedList, updateList } from './incident-story.ts';
import { page, siteHeader } from './layout.ts';
import { ago, count, icon, incidentPath, tag, toneOf } from './marks.ts';

/** What the page of an incident shows. */
export type IncidentPage = {
  nowMs: number;
  visitor: string;
  /** Whether the visitor may move it on. */
  mayWrite: boolean;
  incident: IncidentDetails;
  /** Reports of all its alerts. */
  occurrences: number;
  /** The newest triage report, as Markdown, and what it says to do next; null: there is none. */
  report: string | null;
  next: string | null;
  /** Why the visitor's last step failed; null: it did not. */
  problem: string | null;
};

const refreshSeconds = 30;
const mostAlerts = 50;

/** Answers the page of one incident: what it is, who has it, what is known, who was told. */
export function incidentPage(shown: IncidentPage): string {
  const { incident, nowMs, visitor, problem } = shown;
  const { number, timeline, timeline_total: total, artifacts, notifications } = incident;
  const live = isLive(incident);
  const body = html`${siteHeader(visitor)}
<main>${problem && html`<p class="banner red" role="alert">${problem}</p>`}
${headline(shown)}
${live && shown.mayWrite ? actions(incident) : null}
${alerts(incident, nowMs)}
${shown.report && html`<h2>Triage report</h2><pre>${shown.report}</pre>`}
${followupList(incident, nowMs)}
${updateList(incident, nowMs)}
${relatedList(incident)}
<h2>Timeline <small>${total}</small></h2>${
    total > timeline.length && html`<p class="soft">Only the newest ${timeline.length} are shown.</p>`
  }<ol class="log">${timeline.toReversed().map((event) => eventRow(event, nowMs))}</ol>
<h2>Messages <small>${notifications.length}</small></h2>${
    notifications.length === 0
      ? html`<p class="soft">Nobody was told of it.</p>`
      : html`<ul class="list">${notifications.map((message) => messageRow(message, nowMs))}</ul>`
  }
${
  artifacts.length > 0 &&
  html`<h2>Artifacts <small>${artifacts.length}</small></h2>
<ul class="list">${artifacts.map((artifact) => artifactRow(number, artifact, nowMs))}</ul>`
}
</main>
<footer>As of ${new Date(nowMs).toISOString()}${live ? `, renewed every ${refreshSeconds} s` : ''} · <a href="/">Board</a></footer>`;
  // After a failed step the address is that of the form, which cannot be loaded.
  const refresh = live && problem === null ? { refreshSeconds } : {};
  return page({ title: `${number} ${incident.severity} ${incident.title} · Tocsin`, body, ...refresh });
}

function isLive({ status }: IncidentDetails): boolean {
  return status === 'open' || status === 'mitigating';
}

function headline({ incident, nowMs, occurrences, next }: IncidentPage): Html {
  const tone = isLive(incident) ? toneOf(incident.severity) : 'green';
  return html`<div class="verdict ${tone}">${icon(tone)}<div>
<div class="tags">${tag(toneOf(incident.severity), incident.severity)}${tag(toneOf(incident.status), incident.status)}</div>
<h1>${incident.title}</h1>
<p class="soft">${incident.number} · ${incident.service} / ${incident.env}${
    incident.components.length > 0 && ` · ${incident.components.join(', ')}`
  }</p>
<p class="soft">${duration(incident, nowMs)} · ${count(incident.alerts_total, 'alert')}, ${incident.alerts_live} live ·
${count(occurrences, 'report')}</p>
<p><b>${holder(incident, nowMs)}</b></p>${isLive(incident) && next && html`<p>Next: ${next}</p>`}${silence(incident, nowMs)}${incident.summary && html`<p>${incident.summary}</p>`}</div></div>`;
}

function duration(incident: IncidentDetails, nowMs: number): Html {
  const endedAt = incident.resolved_at ?? incident.closed_at;
  const endMs = endedAt === null ? nowMs : Date.parse(endedAt);
  const lasted = formatDuration(Math.max(0, endMs - Date.parse(incident.started_at)));
  if (endedAt === null) return html`began ${ago(incident.started_at, nowMs)}`;
  return html`began ${ago(incident.started_at, nowMs)}, lasted ${lasted}, over since ${ago(endedAt, nowMs)}`;
}

/** Who was given it goes before who acknowledged it: that may have been passed on. */
function holder(incident: IncidentDetails, nowMs: number): Html {
  const { acknowledged_by: by, acknowledged_at: at, owner } = incident;
  const who = `${owner ?? 'Nobody'} has it`;
  if (by === null || at === null) return html`${who}${isLive(incident) && ', not acknowledged yet'}`;
  return html`${who}, acknowledged ${by !== owner && `by ${by} `}${ago(at, nowMs)}`;
}

function silence(incident: IncidentDetails, nowMs: number): Html | null {
  const { candidate_at: at } = incident;
  if (at === null || !isLive(incident)) return null;
  return html`<p class="soft">its alerts fell silent, noted ${ago(at, nowMs)}: close it if it is over</p>`;
}

function actions(incident: IncidentDetails): Html {
  const path = incidentPath(incident.number);
  const isTaken = incident.acknowledged_by !== null;
  const live = incident.alerts_live;
  return html`<div class="actions">${
    !isTaken &&
    html`<form method="post" action="${path}/acknowledge"><button class="main">Acknowledge</button></form>`
  }<form method="post" action="${path}/resolve">${
    live > 0 &&
    html`<label><input type="checkbox" name="force" value="true" required>End its ${count(live, 'live alert')} too</label>`
  }<button>Resolve</button></form></div>`;
}

function alerts({ alerts, alerts_total: total }: IncidentDetails, nowMs: number): Html | null {
  if (total === 0) return null;
  const newestFirst = alerts.toSorted(
    (a, b) => rank(a) - rank(b) || Date.parse(b.last_seen_at) - Date.parse(a.last_seen_at),
  );
  const shown = newestFirst.slice(0, mostAlerts);
  return html`<h2>Alerts <small>${total}</small></h2><ul class="list">${shown.map((alert) => alertRow(alert, nowMs))}</ul>${
    total > shown.length && html`<p class="soft">And ${count(total - shown.length, 'other alert')}.</p>`
  }`;
}

/** What still fails stands above what has ended. */
function rank({ state }: IncidentDetails['alerts'][number]): number {
  return state === 'firing' ? 0 : 1;
}
