import type { z } from 'zod';
import { readInhibition } from '../../alerts/index.ts';
import { formatDuration } from '../../core/duration.ts';
import type { getAlert } from '../../flows/alert-actions.ts';
import { type Html, html } from './html.ts';
import { links, readable } from './incident-rows.ts';
import { page, siteHeader } from './layout.ts';
import { ago, alertPath, count, heldTag, icon, incidentPath, tag, toneOf } from './marks.ts';

export type AlertDetails = z.output<typeof getAlert.output>;

/** One thing that was decided about an alert, as a sentence. */
export type Decision = {
  said: string;
  reason: string;
  occurrences: number;
  first_at: string;
  last_at: string;
};

/** What the page of an alert shows. */
export type AlertPage = {
  nowMs: number;
  visitor: string;
  alert: AlertDetails;
  /** Whether people were told, and why, a sentence each. */
  verdict: readonly string[];
  /** What was decided, oldest first. */
  trail: readonly Decision[];
};

const refreshSeconds = 30;

/** Answers the page of one alert: what it is, what was decided about it and why, who was told. */
export function alertPage({ alert, nowMs, visitor, verdict, trail }: AlertPage): string {
  const isLive = alert.state === 'firing';
  const body = html`${siteHeader(visitor)}
<main>${headline(alert, nowMs)}
${said(alert)}
<h2>Who was told, and why</h2>${verdict.map((sentence) => html`<p>${sentence}</p>`)}
<ol class="log">${trail.map((decision) => decisionRow(decision, nowMs))}</ol>
${messages(alert, nowMs)}
${
  alert.events.length > 0 &&
  html`<h2>What was done with it <small>${alert.events.length}</small></h2>
<ol class="log">${alert.events.map((event) => eventRow(event, nowMs))}</ol>`
}
${pairs('Labels', alert.labels)}${pairs('Annotations', alert.annotations)}
</main>
<footer>As of ${new Date(nowMs).toISOString()}${isLive ? `, renewed every ${refreshSeconds} s` : ''} · <a href="/">Board</a></footer>`;
  const title = `${alert.severity} ${alert.title} · Tocsin`;
  return page({ title, body, ...(isLive ? { refreshSeconds } : {}) });
}

function headline(alert: AlertDetails, nowMs: number): Html {
  const isLive = alert.state === 'firing';
  const tone = isLive ? toneOf(alert.severity) : 'green';
  const { incident, silenced_by: holder, last_error: error } = alert;
  return html`<div class="verdict ${tone}">${icon(tone)}<div>
<div class="tags">${tag(toneOf(alert.severity), alert.severity)}${tag(toneOf(alert.state), alert.state)}${tag(toneOf(alert.status), alert.status)}${heldTag(holder)}</div>
<h1>${alert.title}</h1>
<p class="soft">${alert.service} / ${alert.env} · ${alert.kind} by ${alert.source}</p>
<p class="soft">${lasted(alert, nowMs)} · ${count(alert.occurrences, 'report')}, last ${ago(alert.last_seen_at, nowMs)}</p>
${incident && html`<p><b>Part of <a href="${incidentPath(incident.number)}">${incident.number} ${incident.title}</a></b>, ${incident.status}</p>`}
${holder !== null && html`<p class="soft">kept to itself by ${keeper(holder)}</p>`}
${error !== null && html`<p class="soft">${count(alert.attempts, 'attempt')} at it failed: ${error}</p>`}</div></div>`;
}

/** A silence by its id, another alert by its page. */
function keeper(holderId: string): Html {
  const inhibition = readInhibition(holderId);
  if (inhibition === null) return html`${holderId}`;
  const { name, alertRef } = inhibition;
  return html`the inhibition ${name}, while <a href="${alertPath(alertRef)}">${alertRef}</a> is live`;
}

function lasted({ started_at: began, ended_at: ended }: AlertDetails, nowMs: number): Html {
  if (ended === null) return html`began ${ago(began, nowMs)}`;
  const duration = formatDuration(Math.max(0, Date.parse(ended) - Date.parse(began)));
  return html`began ${ago(began, nowMs)}, lasted ${duration}, over since ${ago(ended, nowMs)}`;
}

/** What its source said of it. */
function said({ message, title, metrics, evidence }: AlertDetails): Html | null {
  const values = Object.entries(metrics);
  const samples = evidence?.log_samples ?? [];
  const found = evidence?.links ?? [];
  const text = message === title ? null : message;
  if (!text && !evidence?.query && values.length + samples.length + found.length === 0) return null;
  return html`<h2>What it said</h2><ul class="list"><li class="row">${text && html`<pre>${text}</pre>`}${
    values.length > 0 &&
    html`<span class="facts">${values.map(([name, value]) => html`<span>${name} = <b>${value}</b></span>`)}</span>`
  }${evidence?.query && html`<pre>${evidence.query}</pre>`}${samples.length > 0 && html`<pre>${samples.join('\n')}</pre>`}${links(found)}</li></ul>`;
}

function decisionRow({ said, reason, occurrences, first_at, last_at }: Decision, nowMs: number): Html {
  const repeats = occurrences > 1 && html`, ${count(occurrences, 'time')}, last ${ago(last_at, nowMs)}`;
  return html`<li>${ago(first_at, nowMs)}<span class="what">${said}</span><span class="soft">${readable(reason)}${repeats}</span></li>`;
}

function eventRow(event: AlertDetails['events'][number], nowMs: number): Html {
  const { from_status: from, to_status: to, note } = event;
  return html`<li>${ago(event.at, nowMs)}<span class="what">${from === null ? to : `${from} → ${to}`}${note && html`: ${note}`}</span>
<span class="soft">${readable(event.reason)} by ${event.actor}</span></li>`;
}

function messages({ notifications }: AlertDetails, nowMs: number): Html {
  if (notifications.length === 0) return html`<h2>Messages</h2><p class="soft">Nobody was told of it.</p>`;
  return html`<h2>Messages <small>${notifications.length}</small></h2><ul class="list">${notifications.map(
    ({
      channel,
      event,
      status,
      sent_at,
    }) => html`<li class="row ${toneOf(status)}"><span class="title">${event} to ${channel}</span>${tag(toneOf(status), readable(status))}
<span class="meta">${sent_at ? html`<span>sent ${ago(sent_at, nowMs)}</span>` : html`<span>not sent</span>`}</span></li>`,
  )}</ul>`;
}

function pairs(title: string, map: Readonly<Record<string, string>>): Html | null {
  const entries = Object.entries(map);
  if (entries.length === 0) return null;
  return html`<h2>${title} <small>${entries.length}</small></h2><ul class="list"><li class="row"><span class="facts">${entries.map(
    ([name, value]) => html`<span>${name} = <b>${value}</b></span>`,
  )}</span></li></ul>`;
}
