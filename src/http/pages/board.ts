import { formatDuration } from '../../core/duration.ts';
import type { ReloadTrouble } from '../../flows/reload-config.ts';
import type { DayUptime } from '../../health/index.ts';
import { type BoardJob, jobsSection } from './board-jobs.ts';
import { judgeBoard } from './board-verdict.ts';
import { type Html, html } from './html.ts';
import { page, siteHeader } from './layout.ts';
import { ago, alertPath, count, heldTag, icon, incidentPath, tag, toneOf } from './marks.ts';
import { datesOf, uptimeStrip, uptimeText } from './uptime-strip.ts';

export type BoardIncident = {
  number: string;
  severity: string;
  status: string;
  title: string;
  service: string;
  env: string;
  owner: string | null;
  started_at: string;
  alerts: number;
  occurrences: number;
};

export type BoardAlert = {
  alert_ref: string;
  severity: string;
  status: string;
  title: string;
  service: string;
  env: string;
  occurrences: number;
  /** Null: it is part of none. */
  incident_id: string | null;
  /** What keeps it to itself; null: nothing. */
  silenced_by: string | null;
  first_seen_at: string;
  last_seen_at: string;
};

export type BoardComponent = {
  name: string;
  status: string;
  reason: string | null;
  /** When planned work that is under way ends; null: there is none. */
  maintenance_until: string | null;
  since: string | null;
  checked_at: string | null;
  /** The oldest first. */
  days: readonly DayUptime[];
};

/** What the first page shows. A part is null where the visitor may not see it. */
export type Board = {
  nowMs: number;
  visitor: string;
  dryRun: boolean;
  trouble: ReloadTrouble | null;
  incidents: readonly BoardIncident[] | null;
  alerts: readonly BoardAlert[] | null;
  components: readonly BoardComponent[] | null;
  jobs: readonly BoardJob[] | null;
  outbox: { waiting: number; dead: number } | null;
};

/** Answers the page of what is wrong now. */
export function boardPage(board: Board): string {
  const verdict = judgeBoard(board);
  const body = html`${siteHeader(board.visitor)}
<main>${banners(board)}
<div class="verdict ${verdict.tone}">${icon(verdict.tone)}<div><h1>${verdict.title}</h1><p class="soft">${verdict.text}</p></div></div>
${section('Open incidents', board.incidents, 'list', (incident) => incidentRow(incident, board.nowMs))}
${section('Live alerts', board.alerts, 'list', (alert) => alertRow(alert, board.nowMs))}
${jobsSection(board.jobs, board.nowMs)}
${componentsSection(board)}
${outboxLine(board)}
</main>
<footer>As of ${new Date(board.nowMs).toISOString()}, renewed every 10 s · <a href="/docs">API</a></footer>`;
  return page({ title: `${verdict.title} · Tocsin`, body, refreshSeconds: 10 });
}

function banners({ trouble, dryRun, nowMs }: Board): Html {
  return html`${
    dryRun &&
    html`<p class="banner amber">${tag('amber', 'dry run')} Messages are written down and not sent.</p>`
  }${
    trouble &&
    html`<p class="banner red" role="alert">${tag('red', 'configuration')} The files are wrong for
${formatDuration(nowMs - trouble.sinceMs)}; the last good one stays in force.</p><pre>${trouble.text}</pre>`
  }`;
}

function section<Item>(
  title: string,
  items: readonly Item[] | null,
  className: string,
  row: (item: Item) => Html,
): Html | null {
  if (items === null || items.length === 0) return null;
  return html`<h2>${title} <small>${items.length}</small></h2><ul class="${className}">${items.map(row)}</ul>`;
}

function incidentRow(incident: BoardIncident, nowMs: number): Html {
  const tone = toneOf(incident.severity);
  return html`<li class="row ${tone}"><a class="title" href="${incidentPath(incident.number)}">${incident.title}</a>${tag(tone, incident.severity)}
<span class="meta"><span>${incident.number}</span><span>${incident.status}</span><span>${incident.service} / ${incident.env}</span>
<span>began ${ago(incident.started_at, nowMs)}</span><span>${incident.owner ?? 'nobody has it yet'}</span>
<span>${count(incident.alerts, 'alert')}, ${count(incident.occurrences, 'report')}</span></span></li>`;
}

function alertRow(alert: BoardAlert, nowMs: number): Html {
  const tone = toneOf(alert.severity);
  const path = alert.incident_id ? incidentPath(alert.incident_id) : alertPath(alert.alert_ref);
  return html`<li class="row ${tone}"><a class="title" href="${path}">${alert.title}</a>${tag(tone, alert.severity)}${heldTag(alert.silenced_by)}
<span class="meta"><span>${alert.service} / ${alert.env}</span><span>${count(alert.occurrences, 'time')}</span>
<span>first ${ago(alert.first_seen_at, nowMs)}</span><span>last ${ago(alert.last_seen_at, nowMs)}</span><span>${alert.status}</span></span></li>`;
}

/** The days of all components are the same. */
function componentsSection({ components, nowMs }: Board): Html | null {
  const dates = datesOf(components?.[0]?.days ?? []);
  return section('Components', components, 'list grid', (component) => componentRow(component, nowMs, dates));
}

function componentRow(component: BoardComponent, nowMs: number, dates: readonly string[]): Html {
  const tone = toneOf(component.status);
  const { reason, since, checked_at, maintenance_until: until, days } = component;
  const uptime = uptimeText(days);
  return html`<li class="row ${tone}"><span class="title">${component.name}</span>${tag(tone, component.status)}${until && tag('gray', 'maintenance')}
<span class="meta">${until && html`<span>planned work until ${until.slice(0, 16).replace('T', ' ')} UTC</span>`}${reason && html`<span>${reason}</span>`}${since && html`<span>since ${ago(since, nowMs)}</span>`}
<span>${checked_at ? html`checked ${ago(checked_at, nowMs)}` : 'not checked yet'}</span>${uptime && html`<span>${uptime}</span>`}</span>${uptime && uptimeStrip(days, dates)}</li>`;
}

function outboxLine({ outbox }: Board): Html | null {
  if (!outbox) return null;
  const dead = outbox.dead > 0 ? tag('red', `${outbox.dead} dead`) : null;
  return html`<h2>Outbox</h2><p class="soft">${count(outbox.waiting, 'message')} waiting. ${dead}</p>`;
}
